#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace antiphon::languages {

/// What is known of one language that shares its script with others (profiles.cpp).
struct Profile {
  std::string_view code;     ///< ISO 639-1
  std::string_view words;    ///< its most usual words, in small letters, with spaces between
  std::string_view letters;  ///< letters that few of the others have, with spaces between
  std::string_view pieces;   ///< runs of letters that are usual in it; `^` is the beginning of a word, `$` its end
};
std::span<const Profile> profiles();

/// Codes that `detect` may answer, sorted.
const std::vector<std::string>& known_codes();
/// `en-US` and `pt_BR` are `en` and `pt`.
std::string primary_subtag(std::string_view tag);

struct Detection {
  std::string code;       ///< empty: undecided
  double confidence = 0;  ///< share of the evidence that speaks for it, 0 to 1
  std::string runner_up;  ///< the next likely; may be empty
  std::size_t words = 0;
};

/// Which language a text is in, by its script, and where languages share one by usual words, letters and runs of letters.
///
/// Made to be right or silent: short texts, lists of names and numbers, and mixtures stay undecided. No I/O, no state; thread safe.
Detection detect(std::string_view text);

}  // namespace antiphon::languages
