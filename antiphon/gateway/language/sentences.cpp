#include "antiphon/gateway/language/sentences.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>

#include "antiphon/base/unicode.hpp"
#include "antiphon/gateway/language/letters.hpp"

namespace antiphon::gateway {

namespace {

constexpr std::array<std::string_view, 3> question_marks{"?", "\u061F", "\uFF1F"};
constexpr std::array<std::string_view, 6> other_marks{"!", "\n", "\u2026", "\u06D4", "\u3002", "\uFF01"};
constexpr std::array<std::string_view, 10> closers{"\"", "'", ")", "]", "*", "\u201D", "\u2019", "\u00BB", "\u203A", "."};
constexpr std::array<std::string_view, 2> openers{"\u00BF", "\u00A1"};  // a sentence begins there, whatever stood before
constexpr std::string_view blanks = " \t\n";
constexpr std::size_t longest_abbreviation = 24;

/// How many bytes of the text at `at` are one of these signs.
std::size_t sign_at(std::string_view text, std::size_t at, std::span<const std::string_view> signs) {
  const auto found = std::ranges::find_if(signs, [rest = text.substr(at)](std::string_view sign) { return rest.starts_with(sign); });
  return found == signs.end() ? 0 : found->size();
}

std::size_t final_mark_at(std::string_view text, std::size_t at) { return std::max(sign_at(text, at, question_marks), sign_at(text, at, other_marks)); }

/// Behind all marks and closing signs from `at` on.
std::size_t end_of_marks(std::string_view text, std::size_t at) {
  for (std::size_t length = 1; at < text.size() && length > 0; at += length) length = std::max(final_mark_at(text, at), sign_at(text, at, closers));
  return at;
}

char32_t letter_at(std::string_view text, std::size_t at) {
  const auto letters = to_utf32(text.substr(at, 4));
  return letters.empty() ? U'\0' : letters.front();
}

/// What stands in front of `end`, in small letters, without signs in front of it ("¿Sr").
std::u32string word_before(std::string_view text, std::size_t end) {
  auto word = text.substr(0, end);
  word.remove_prefix(end - std::min(end, longest_abbreviation));
  const auto before = word.find_last_of(" \t\n(\"[");
  auto letters = to_utf32(word.substr(before == std::string_view::npos ? 0 : before + 1));
  letters.erase(letters.begin(), std::ranges::find_if(letters, [](char32_t c) { return is_letter(c) || is_digit(c); }));
  return letters;
}

bool is_single_letter(std::u32string_view word) {
  const auto part = word.substr(word.rfind(U'.') + 1);  // all of it where there is none
  return part.size() == 1 && is_letter(part.front()) && word != U"I";
}

/// Whether the full stop at `at` ends its sentence.
bool stop_ends(std::string_view text, std::size_t at, const Abbreviations& known) {
  const auto end = end_of_marks(text, at + 1);
  const auto follows = text.find_first_not_of(" \t", end);
  if (follows == std::string_view::npos || text[follows] == '\n' || sign_at(text, follows, openers) > 0) return true;
  const auto next = letter_at(text, follows);
  const auto word = word_before(text, at);
  const auto name = small(word);
  const bool touches = follows == end;
  if (touches && (!is_letter(next) || is_small(next))) return false;  // "3.50", "shop.com"
  if (known.before_names.contains(name)) return false;
  if (known.before_numbers.contains(name) && is_any_digit(next)) return false;
  if (known.others.contains(name)) return !is_small(next);
  return !is_single_letter(word);
}

/// Behind the parenthesis that opens at `at`; 0 where none closes.
std::size_t end_of_parenthesis(std::string_view text, std::size_t at) {
  const auto close = text.find(')', at);
  return close == std::string_view::npos ? 0 : close + 1;
}

/// "(It stands on the parcel.)"
bool is_sentence(std::string_view parenthesis, std::string_view in_front) {
  if (in_front.find_first_not_of(blanks) != std::string_view::npos || parenthesis.size() < 3) return false;
  const auto inside = parenthesis.substr(1, parenthesis.size() - 2);
  return inside.ends_with('.') || inside.ends_with('!') || std::ranges::any_of(question_marks, [&](std::string_view mark) { return inside.ends_with(mark); });
}

/// Behind the first sentence of `text`, or all of it.
std::size_t end_of_sentence(std::string_view text, const Abbreviations& abbreviations, bool& parentheses) {
  for (std::size_t at = 0; at < text.size();) {
    if (final_mark_at(text, at) > 0 || (text[at] == '.' && stop_ends(text, at, abbreviations))) return end_of_marks(text, at);
    const auto behind = text[at] == '(' && parentheses ? end_of_parenthesis(text, at) : 0;
    if (text[at] == '(') parentheses = behind > 0;  // where this one is open, every other one is
    if (behind > 0 && is_sentence(text.substr(at, behind - at), text.substr(0, at))) return end_of_marks(text, behind);
    at = behind > 0 ? behind : at + 1;
  }
  return text.size();
}

}  // namespace

std::vector<std::string_view> whole_sentences(std::string_view text, const Abbreviations& abbreviations) {
  std::vector<std::string_view> sentences;
  for (bool parentheses = true; !text.empty(); text.remove_prefix(sentences.back().size()))
    sentences.push_back(text.substr(0, end_of_sentence(text, abbreviations, parentheses)));
  return sentences;
}

bool has_question_mark(std::string_view text) {
  return std::ranges::any_of(question_marks, [&](std::string_view mark) { return text.find(mark) != std::string_view::npos; });
}

}  // namespace antiphon::gateway
