#include "antiphon/base/unicode.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace antiphon {

namespace {

constexpr char32_t replacement = 0xFFFD;

struct Decoded {
  char32_t character;
  std::size_t bytes;
};

std::size_t length_of(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead < 0xE0) return 2;
  if (lead >= 0xE0 && lead < 0xF0) return 3;
  return lead >= 0xF0 && lead < 0xF5 ? 4 : 0;
}

Decoded decode(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const auto length = length_of(lead);
  if (length == 1) return {lead, 1};
  if (length == 0 || length > text.size()) return {replacement, 1};
  constexpr std::array<unsigned char, 5> lead_bits{0, 0, 0x1F, 0x0F, 0x07};
  constexpr std::array<char32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
  char32_t value = lead & lead_bits[length];
  for (std::size_t i = 1; i < length; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0) != 0x80) return {replacement, 1};
    value = (value << 6) | (byte & 0x3F);
  }
  const bool surrogate = value >= 0xD800 && value < 0xE000;
  if (value < least[length] || surrogate || value > 0x10FFFF) return {replacement, 1};
  return {value, length};
}

void encode(char32_t c, std::string& out) {
  const auto put = [&out](char32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) return put(c);
  if (c < 0x800) return put(0xC0 | (c >> 6)), put(0x80 | (c & 0x3F));
  if (c < 0x10000) return put(0xE0 | (c >> 12)), put(0x80 | ((c >> 6) & 0x3F)), put(0x80 | (c & 0x3F));
  put(0xF0 | (c >> 18)), put(0x80 | ((c >> 12) & 0x3F)), put(0x80 | ((c >> 6) & 0x3F)), put(0x80 | (c & 0x3F));
}

struct Range {
  char32_t first, last;
};
constexpr Range letters[] = {
    {0x41, 0x5A},     {0x61, 0x7A},     {0xAA, 0xAA},     {0xB5, 0xB5},     {0xBA, 0xBA},     {0xC0, 0xD6},     {0xD8, 0xF6},     {0xF8, 0x2C1},
    {0x300, 0x36F},   {0x370, 0x373},   {0x376, 0x37D},   {0x37F, 0x37F},   {0x386, 0x386},   {0x388, 0x481},   {0x48A, 0x556},   {0x561, 0x587},
    {0x591, 0x5BD},   {0x5D0, 0x5EA},   {0x610, 0x61A},   {0x620, 0x65F},   {0x66E, 0x6D3},   {0x6D5, 0x6DC},   {0x6EE, 0x6EF},   {0x6FA, 0x6FC},
    {0x750, 0x77F},   {0x900, 0x963},   {0x971, 0xDFF},   {0xE01, 0xE3A},   {0xE40, 0xE4E},   {0x10A0, 0x10FF}, {0x1100, 0x11FF}, {0x1E00, 0x1FFF},
    {0x3005, 0x3006}, {0x3041, 0x3096}, {0x309D, 0x309F}, {0x30A1, 0x30FA}, {0x30FC, 0x30FF}, {0x3131, 0x318E}, {0x3400, 0x4DBF}, {0x4E00, 0x9FFF},
    {0xAC00, 0xD7A3}, {0xF900, 0xFAFF}, {0xFB1D, 0xFDFB}, {0xFE70, 0xFEFC}, {0xFF21, 0xFF3A}, {0xFF41, 0xFF5A}, {0xFF66, 0xFF9D}, {0x20000, 0x2FA1F},
};

}  // namespace

std::u32string to_utf32(std::string_view text) {
  std::u32string characters;
  characters.reserve(text.size());
  while (!text.empty()) {
    const auto [character, bytes] = decode(text);
    characters += character;
    text.remove_prefix(bytes);
  }
  return characters;
}

std::string to_utf8(std::u32string_view text) {
  std::string out;
  for (const char32_t c : text) encode(c, out);
  return out;
}

char32_t small_letter(char32_t c) {
  if (c < 0x80) return c >= 'A' && c <= 'Z' ? c + 32 : c;
  if (c >= 0xC0 && c <= 0xDE) return c == 0xD7 ? c : c + 32;
  if (c == 0x130) return 'i';  // İ
  if (c == 0x178) return 0xFF;
  const bool odd_capitals = (c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E);
  if (odd_capitals) return (c & 1) != 0 ? c + 1 : c;
  if ((c >= 0x100 && c <= 0x177) || (c >= 0x218 && c <= 0x21F) || (c >= 0x1E00 && c <= 0x1EFF)) return (c & 1) == 0 ? c + 1 : c;
  if (c >= 0x391 && c <= 0x3AB && c != 0x3A2) return c + 32;
  if (c == 0x386) return 0x3AC;
  if (c >= 0x388 && c <= 0x38A) return c + 37;
  if (c == 0x38C) return 0x3CC;
  if (c == 0x38E || c == 0x38F) return c + 63;
  if (c >= 0x410 && c <= 0x42F) return c + 32;
  if (c >= 0x400 && c <= 0x40F) return c + 80;
  if (c == 0x490) return 0x491;  // Ґ
  return c;
}

bool is_letter(char32_t c) {
  const auto* range = std::upper_bound(std::begin(letters), std::end(letters), c, [](char32_t value, const Range& each) { return value < each.first; });
  return range != std::begin(letters) && c <= (range - 1)->last;
}

bool is_digit(char32_t c) { return c >= '0' && c <= '9'; }

std::vector<std::u32string> words_of(std::string_view text) {
  std::vector<std::u32string> words;
  std::u32string word;
  for (const char32_t c : to_utf32(text)) {
    if (is_letter(c) || is_digit(c)) {
      word += small_letter(c);
    } else if (!word.empty()) {
      words.push_back(std::move(word));
      word.clear();
    }
  }
  if (!word.empty()) words.push_back(std::move(word));
  return words;
}

}  // namespace antiphon
