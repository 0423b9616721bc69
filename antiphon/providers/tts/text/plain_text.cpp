#include "antiphon/providers/tts/text/plain_text.hpp"

#include <algorithm>

#include "antiphon/base/unicode.hpp"
#include "antiphon/providers/embed/minilm/unicode_tables.hpp"

namespace antiphon::spoken {

namespace {

struct Written {
  char32_t sign;
  std::string_view as;
};

// Sorted by sign.
constexpr Written signs[] = {
    {U'\u00A0', " "},
    {U'\u00A3', "GBP "},
    {U'\u00A5', "JPY "},
    {U'\u00A9', ""},
    {U'\u00AD', ""},
    {U'\u00AE', ""},
    {U'\u00B0', " degrees "},
    {U'\u00B1', " plus or minus "},
    {U'\u00B7', " "},
    {U'\u00BC', " 1/4"},
    {U'\u00BD', " 1/2"},
    {U'\u00BE', " 3/4"},
    {U'\u00C6', "Ae"},
    {U'\u00D0', "D"},
    {U'\u00D7', " times "},
    {U'\u00D8', "O"},
    {U'\u00DE', "Th"},
    {U'\u00DF', "ss"},
    {U'\u00E6', "ae"},
    {U'\u00F0', "d"},
    {U'\u00F7', " divided by "},
    {U'\u00F8', "o"},
    {U'\u00FE', "th"},
    {U'\u0110', "D"},
    {U'\u0111', "d"},
    {U'\u0131', "i"},
    {U'\u0141', "L"},
    {U'\u0142', "l"},
    {U'\u0152', "Oe"},
    {U'\u0153', "oe"},
    {U'\u200B', ""},
    {U'\u200C', ""},
    {U'\u200D', ""},
    {U'\u2010', "-"},
    {U'\u2011', "-"},
    {U'\u2012', "-"},
    {U'\u2013', "-"},
    {U'\u2014', ", "},
    {U'\u2015', ", "},
    {U'\u2018', "'"},
    {U'\u2019', "'"},
    {U'\u201A', ","},
    {U'\u201C', "\""},
    {U'\u201D', "\""},
    {U'\u201E', "\""},
    {U'\u2026', "..."},
    {U'\u2028', "\n"},
    {U'\u2029', "\n\n"},
    {U'\u2032', "'"},
    {U'\u20AC', "EUR "},
    {U'\u2116', "No. "},
    {U'\u2122', ""},
    {U'\u2212', "-"},
    {U'\uFE0F', ""},
    {U'\uFEFF', ""},
};

constexpr std::string_view left_out = "*`~^|<>{}[]\\_";

char32_t base_of(char32_t c) {
  const auto bases = minilm::bases_table();
  const auto at = std::ranges::lower_bound(bases, c, {}, &minilm::BasePair::accented);
  return at != bases.end() && at->accented == c ? at->base : c;
}

bool is_accent(char32_t c) {
  const auto marks = minilm::marks_table();
  const auto after = std::ranges::upper_bound(marks, c, {}, &minilm::CodeRange::first);
  return after != marks.begin() && c <= std::prev(after)->last;
}

void add_ascii(std::string& plain, char c) {
  const bool printable = c >= ' ' && c <= '~' && left_out.find(c) == std::string_view::npos;
  plain += printable || c == '\n' ? c : ' ';
}

void add(std::string& plain, char32_t c) {
  if (c < 0x80) return add_ascii(plain, static_cast<char>(c));
  const auto* sign = std::ranges::lower_bound(signs, c, {}, &Written::sign);
  if (sign != std::end(signs) && sign->sign == c) {
    plain += sign->as;
  } else if (const auto base = base_of(c); base < 0x80) {
    add_ascii(plain, static_cast<char>(base));
  } else if (!is_accent(c)) {
    plain += ' ';  // keeps the words on both sides apart
  }
}

}  // namespace

std::string plain_text(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (const auto c : to_utf32(text)) add(plain, c);
  return plain;
}

bool can_be_said(std::string_view plain) {
  return std::ranges::any_of(plain, [](unsigned char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); });
}

}  // namespace antiphon::spoken
