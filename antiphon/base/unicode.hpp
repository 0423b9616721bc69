#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace antiphon {

/// The characters of UTF-8; each byte that belongs to none becomes U+FFFD.
std::u32string to_utf32(std::string_view text);
std::string to_utf8(std::u32string_view text);

/// The small letter of a Latin, Greek or Cyrillic capital; other characters as they are.
char32_t small_letter(char32_t c);
/// Letters of every script that has them, by ranges; accents that stand after their letter count as well.
bool is_letter(char32_t c);
bool is_digit(char32_t c);

/// Runs of letters and digits, in small letters.
std::vector<std::u32string> words_of(std::string_view text);

}  // namespace antiphon
