#include "antiphon/gateway/language/letters.hpp"

#include <algorithm>

#include "antiphon/base/unicode.hpp"

namespace antiphon::gateway {

bool is_small(char32_t c) {
  const bool has_case = (c >= 'a' && c <= 'z') || (c >= 0xDF && c <= 0x24F) || (c >= 0x3AC && c <= 0x3CE) || (c >= 0x430 && c <= 0x45F);
  return has_case && small_letter(c) == c;
}

bool is_any_digit(char32_t c) { return is_digit(c) || (c >= 0x660 && c <= 0x669) || (c >= 0x6F0 && c <= 0x6F9); }

std::string small(std::u32string letters) {
  std::ranges::transform(letters, letters.begin(), small_letter);
  return to_utf8(letters);
}

}  // namespace antiphon::gateway
