#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace antiphon {

/// English text as one would count its words when it is spoken: small letters, no punctuation, contractions in full, and numbers as single digits, however
/// they were written: "$3.50", "3.50 dollars" and "three dollars fifty" are 3 5 0 dollar; "A-1007" and "a one zero zero seven" are a 1 0 0 7. What stands
/// in brackets is no speech.
std::vector<std::string> spoken_words(std::string_view text);

/// A voice has something to say of it: a letter, a digit, or a sign that is read as a word.
bool has_speech(std::string_view text);

/// How far what was heard is from what was said, in words. Sums over several texts by `+=`.
struct WordErrors {
  std::size_t substitutions = 0, deletions = 0, insertions = 0;
  std::size_t words = 0;  ///< of the reference

  std::size_t errors() const { return substitutions + deletions + insertions; }
  /// Errors per word of the reference; may exceed 1. Of a reference without words: 0 where nothing was heard, else 1.
  double rate() const { return words > 0 ? static_cast<double>(errors()) / static_cast<double>(words) : (insertions > 0 ? 1 : 0); }
  WordErrors& operator+=(const WordErrors& other);
  friend bool operator==(const WordErrors&, const WordErrors&) = default;
};

/// The fewest errors, over `spoken_words` of both; a compound counts as right in one word or several ("log in" for "login", "p m" for "pm").
WordErrors word_errors(std::string_view reference, std::string_view heard);

}  // namespace antiphon
