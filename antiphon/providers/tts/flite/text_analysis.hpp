#pragma once

#include <string>
#include <vector>

namespace antiphon::flite {

/// A sound in the letters of ARPAbet, as flite writes it: `aa`, `t`.
struct Phone {
  std::string name;
  bool vowel = false;
  bool stressed = false;  ///< a vowel of a stressed syllable
};

/// A word as it is spoken: "$3" is two of them.
struct Word {
  std::string name;                 ///< in small letters; a clitic begins with an apostrophe: `'s`
  std::string token;                ///< what was written, without the marks around it
  std::string marks_before, marks;  ///< around the token, at its first and last word
  bool begins_token = true;
  std::vector<Phone> phones;
};

/// flite's reading of a piece of plain text: numbers, money, times and titles as words, and sounds for each, by its dictionary or its rules. Thread safe: one
/// at a time reads.
std::vector<Word> analysed(const std::string& piece);

}  // namespace antiphon::flite
