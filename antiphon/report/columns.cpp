#include "antiphon/report/columns.hpp"

#include <algorithm>
#include <cstdint>

#include "antiphon/base/text.hpp"

namespace antiphon {

namespace {

struct Range {
  char32_t first, last;
};

constexpr Range wide[] = {{0x1100, 0x115F}, {0x231A, 0x231B}, {0x23E9, 0x23EC}, {0x2614, 0x2615},   {0x26A1, 0x26A1},   {0x2705, 0x2705},   {0x274C, 0x274C},
                          {0x2E80, 0x303E}, {0x3041, 0x33FF}, {0x3400, 0x4DBF}, {0x4E00, 0x9FFF},   {0xA000, 0xA4CF},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},
                          {0xFE30, 0xFE4F}, {0xFF00, 0xFF60}, {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1FAFF}, {0x20000, 0x3FFFD}};
constexpr Range narrowless[] = {{0x0300, 0x036F}, {0x0483, 0x0489},   {0x0591, 0x05BD},  {0x0610, 0x061A}, {0x064B, 0x065F}, {0x093C, 0x093C},
                                {0x0941, 0x0948}, {0x094D, 0x094D},   {0x0E31, 0x0E31},  {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E}, {0x1AB0, 0x1AFF},
                                {0x1DC0, 0x1DFF}, {0x200B, 0x200F},   {0x202A, 0x202E},  {0x2060, 0x2064}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F},
                                {0xFE20, 0xFE2F}, {0x1F3FB, 0x1F3FF}, {0xE0100, 0xE01EF}};

template <std::size_t N>
bool in(const Range (&ranges)[N], char32_t c) {
  return std::any_of(std::begin(ranges), std::end(ranges), [c](const Range& range) { return c >= range.first && c <= range.last; });
}

int width_of(char32_t c) { return c < 0x300 ? 1 : in(narrowless, c) ? 0 : in(wide, c) ? 2 : 1; }

struct Character {
  char32_t code;
  std::string_view bytes;
};

// Takes the first character off `text`, which must be valid UTF-8.
Character take(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t n = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  char32_t code = n == 1 ? lead : lead & (0xFF >> (n + 1));
  for (std::size_t i = 1; i < n; ++i) code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3F);
  const Character character{code, text.substr(0, n)};
  text.remove_prefix(n);
  return character;
}

template <class Visit>
void each_character(std::string_view text, Visit visit) {
  std::string repaired;
  if (!is_utf8(text)) text = repaired = repair_utf8(text);
  while (!text.empty()) visit(take(text));
}

std::string_view ascii_form(char32_t c) {
  switch (c) {
    case 0x2010:
    case 0x2011:
    case 0x2012:
    case 0x2013:
    case 0x2014:
    case 0x2212: return "-";
    case 0x2018:
    case 0x2019: return "'";
    case 0x201C:
    case 0x201D: return "\"";
    case 0x2026: return "...";
    case 0x2192: return "->";
    case 0x03BA: return "kappa";
    case 0x00A0:
    case 0x2009:
    case 0x202F: return " ";
    default: return "?";
  }
}

// Direction overrides can make a line read as something else than it says.
bool is_control(char32_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069); }

void wrap_line(std::string_view line, int columns, std::vector<std::string>& lines) {
  std::string current;
  int width = 0;
  const auto flush = [&] {
    lines.push_back(std::string(trim(current)));
    current.clear(), width = 0;
  };
  const auto add = [&](std::string_view word, int word_width) {
    if (width > 0 && width + word_width > columns) flush();
    if (word == " " && width == 0) return;
    current += word, width += word_width;
  };
  std::string word;
  int word_width = 0;
  const auto end_word = [&] {
    if (!word.empty()) add(word, word_width);
    word.clear(), word_width = 0;
  };
  each_character(line, [&](const Character& c) {
    if (c.code == ' ') return end_word(), add(" ", 1);
    if (word_width + width_of(c.code) > columns) end_word();  // a word that fits no line is broken
    word += c.bytes, word_width += width_of(c.code);
  });
  end_word();
  flush();
}

}  // namespace

int display_width(std::string_view text) {
  int width = 0;
  each_character(text, [&](const Character& c) { width += width_of(c.code); });
  return width;
}

std::string cut_columns(std::string_view text, int columns, std::string_view ellipsis) {
  if (display_width(text) <= columns) return repair_utf8(text);
  const int room = std::max(0, columns - display_width(ellipsis));
  std::string out;
  int width = 0;
  bool full = false;
  each_character(text, [&](const Character& c) {
    full = full || width + width_of(c.code) > room;
    if (!full) out += c.bytes, width += width_of(c.code);
  });
  return std::string(trim(out)).append(ellipsis);
}

std::string pad_columns(std::string_view text, int columns) {
  return std::string(text).append(static_cast<std::size_t>(std::max(0, columns - display_width(text))), ' ');
}

std::vector<std::string> wrap_columns(std::string_view text, int columns) {
  std::vector<std::string> lines;
  for (const auto& line : split(text, '\n')) wrap_line(line, std::max(columns, 2), lines);
  return lines;
}

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  each_character(text, [&](const Character& c) {
    if (c.code == '\n' || !is_control(c.code))
      out += c.bytes;
    else
      out += c.code == '\t' || c.code == '\r' ? " " : "\xEF\xBF\xBD";
  });
  return out;
}

std::string one_line(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    const bool blank = c == ' ' || c == '\n';
    if (!blank) out += c;
    if (blank && !out.empty() && out.back() != ' ') out += ' ';
  }
  return std::string(trim(out));
}

std::string ascii(std::string_view text) {
  std::string out;
  each_character(text, [&](const Character& c) { out += c.code < 0x80 ? c.bytes : ascii_form(c.code); });
  return out;
}

}  // namespace antiphon
