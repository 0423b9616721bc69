#pragma once

#include <string>

namespace antiphon::gateway {

/// Only scripts with two cases have small letters.
bool is_small(char32_t c);
/// Of Latin and Arabic writing.
bool is_any_digit(char32_t c);
/// In small letters, as UTF-8.
std::string small(std::u32string letters);

}  // namespace antiphon::gateway
