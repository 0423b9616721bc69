#include "antiphon/gateway/language/words.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "antiphon/base/unicode.hpp"
#include "antiphon/providers/embed/minilm/unicode_tables.hpp"

namespace antiphon::gateway {

namespace {

bool is_mark(char32_t c) {
  const auto marks = minilm::marks_table();
  const auto after = std::ranges::upper_bound(marks, c, {}, &minilm::CodeRange::first);
  return after != marks.begin() && c <= std::prev(after)->last;
}

/// Soft hyphens, joiners, marks of direction and the Arabic stroke that only makes words longer: nobody hears them.
bool is_invisible(char32_t c) {
  return c == 0xAD || c == 0x61C || c == 0x640 || (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x2064) || c == 0xFEFF;
}

char32_t without_accent(char32_t c) {
  const auto bases = minilm::bases_table();
  const auto at = std::ranges::lower_bound(bases, c, {}, &minilm::BasePair::accented);
  return at != bases.end() && at->accented == c ? at->base : c;
}

/// 0 for what leaves no trace.
char32_t folded(char32_t c) {
  if (c >= 0xFF01 && c <= 0xFF5E) c -= 0xFEE0;  // full width
  if (c < 0x80) return small_letter(c);
  if (is_invisible(c) || is_mark(c)) return 0;
  for (const char32_t zero : {U'\u0660', U'\u06F0', U'\u0966'})
    if (c >= zero && c <= zero + 9) return U'0' + (c - zero);
  c = small_letter(without_accent(c));
  if (c == 0x649) return 0x64A;  // recognisers do not agree on which of the two ends an Arabic word
  return c == 0x629 ? 0x647 : c;
}

std::size_t bytes_of(char32_t c) { return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4; }

}  // namespace

std::vector<PlainWord> plain_words(std::string_view text) {
  std::vector<PlainWord> words;
  std::u32string word;
  std::size_t at = 0, begin = 0, end = 0;
  const auto close = [&] {
    if (!word.empty()) words.push_back({to_utf8(word), begin, end});
    word.clear();
  };
  for (const char32_t c : to_utf32(text)) {
    const bool broken = c == 0xFFFD && text.substr(at, 3) != "\xEF\xBF\xBD";
    const auto next = at + (broken ? 1 : bytes_of(c));
    const auto plain = folded(c);
    if (plain == 0) {
      if (!word.empty()) end = next;
    } else if (is_letter(plain) || is_digit(plain)) {
      if (word.empty()) begin = at;
      word += plain, end = next;
    } else {
      close();
    }
    at = next;
  }
  close();
  return words;
}

std::string joined_words(std::string_view text) {
  std::string joined;
  for (const auto& word : plain_words(text)) joined += word.text;
  return joined;
}

bool is_compound_joint(std::string_view between) {
  static constexpr std::array<std::string_view, 4> signs{"\u2019", "\u2010", "\u2011", "\u00A0"};
  while (!between.empty()) {
    const auto* sign = std::ranges::find_if(signs, [&](std::string_view each) { return between.starts_with(each); });
    const bool plain = between.front() == ' ' || between.front() == '-' || between.front() == '\'';
    if (!plain && sign == signs.end()) return false;
    between.remove_prefix(plain ? 1 : sign->size());
  }
  return true;
}

}  // namespace antiphon::gateway
