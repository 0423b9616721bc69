#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace antiphon::ledger {

/// A word as said, lower case and without punctuation, and where it stands.
struct Word {
  std::string text;
  std::size_t begin = 0, end = 0;  ///< bytes of the original
};
/// Letters, digits and inner apostrophes make a word; everything else parts them. Non-ASCII letters stay as they are.
std::vector<Word> words_of(std::string_view text);
/// The words alone, single blanks between them: texts that say the same become equal.
std::string normalised(std::string_view text);

/// Whether all words of a quotation stand in a `normalised` text, in their order; an ellipsis in it parts what was left out. False for no words.
bool holds_quotation(std::string_view normalised_text, std::string_view quotation);

/// What two texts share word for word.
struct SharedRun {
  std::size_t length = 0;          ///< words
  std::size_t begin = 0, end = 0;  ///< bytes of the first text
};
/// The longest run of consecutive words of `said` that stands in `source`, too. O(words × words).
SharedRun longest_shared_run(std::string_view said, std::string_view source);

/// `text` with everything inside double quotes blanked: "…", “…”, «…».
std::string without_quotations(std::string_view text);
/// What stands inside double quotes, in order.
struct Quotation {
  std::string text;
  std::size_t begin = 0;  ///< byte of the opening quote
};
std::vector<Quotation> quotations_in(std::string_view text);

}  // namespace antiphon::ledger
