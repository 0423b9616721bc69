#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace antiphon::gateway {

/// A word of a text in the form in which words are compared.
struct PlainWord {
  std::string text;       ///< small letters without accents, digits as 0-9; never empty
  std::size_t begin = 0;  ///< bytes in the text
  std::size_t end = 0;
};

/// Runs of letters and digits of any script. Case, accents, vowel signs, invisible characters, the width of letters and the kind of digits make no
/// difference; an apostrophe ends a word, as every other sign does.
std::vector<PlainWord> plain_words(std::string_view text);

/// The words of a text written together: "e-mail", "e mail" and "Email" are one.
std::string joined_words(std::string_view text);

/// Only blanks, hyphens and apostrophes: what stands inside a compound.
bool is_compound_joint(std::string_view between);

}  // namespace antiphon::gateway
