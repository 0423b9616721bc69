#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "antiphon/base/json.hpp"
#include "antiphon/base/regex.hpp"
#include "antiphon/gateway/language/numbers.hpp"

namespace antiphon::gateway {

/// What else is to be hidden: each match of `pattern` becomes `[NAME_MASKED]`.
struct CustomMask {
  std::string name;  ///< capitals, digits and underscores: "CUSTOMER_NUMBER"
  Regex pattern;
};

struct MaskOptions {
  std::size_t said_digits = 6;  ///< that many digits in a row, in words or with blanks between them, are masked; 0: none
  std::size_t figures = 13;     ///< that many digits without anything between them are masked, card or not: one may be misheard; 0: none
  std::vector<CustomMask> custom{};
};

/// Hides personal data (GTW-33): cards (13 to 19 digits, Luhn; blanks, dashes, dots between), social security and telephone numbers, e-mail addresses, IBANs,
/// keys of APIs, digits said one after another in any language that the policy knows, and custom patterns. In doubt it hides: a number that merely could
/// be a card is gone.
///
/// A text is masked whole: cut in pieces, neither half of a card would be one. Stream to logs by utterances, not by tokens. Masking twice changes nothing.
/// Linear in the text for the patterns of its own; custom ones are bounded (Regex::find_all). Immutable, thread safe.
class Masker {
 public:
  /// Knows the numbers of the built-in languages.
  explicit Masker(MaskOptions options = {});
  /// @param languages `PolicyBook::numbers`.
  Masker(MaskOptions options, std::vector<NumberWords> languages);

  /// Bytes that are no UTF-8 become U+FFFD. Where a pattern gives up (Regex: match limit) or there is no end of it, the whole text becomes `[TEXT_MASKED]`.
  std::string mask(std::string_view text) const;
  /// Every string in it, at any depth; keys stay. A whole number that is a card by issuer and Luhn becomes text, and so does a number of which a
  /// custom pattern matches something.
  json::value mask_json(const json::value& value) const;

 private:
  struct Span {
    std::size_t begin = 0, end = 0;
    std::string label{};
    std::size_t order = 0;  ///< in which it was found
  };

  std::vector<Span> custom_spans(std::string_view text) const;
  std::vector<Span> spans_of(std::string_view text) const;
  std::vector<Span> outside_labels(std::vector<Span> spans, std::string_view text) const;
  json::value mask_number(const json::value& number) const;
  static std::string replaced(std::string_view text, std::vector<Span> spans);
  void add_said_digits(std::string_view text, std::vector<Span>& spans) const;

  MaskOptions options_;
  std::vector<NumberWords> languages_;
  std::vector<std::string> labels_;  ///< that it writes, and those of `take_pin`
};

}  // namespace antiphon::gateway
