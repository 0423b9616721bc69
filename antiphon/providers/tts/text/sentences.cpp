#include "antiphon/providers/tts/text/sentences.hpp"

#include <algorithm>
#include <array>

#include "antiphon/base/text.hpp"
#include "antiphon/providers/tts/text/plain_text.hpp"

namespace antiphon::spoken {

namespace {

constexpr std::array<std::string_view, 18> before_a_name = {"mr", "mrs", "ms",   "dr",  "prof", "st",  "gen", "sen",    "rev",
                                                            "mt", "ft",  "capt", "sgt", "e.g",  "i.e", "vs",  "approx", "hon"};
constexpr std::array<std::string_view, 6> before_a_number = {"no", "nos", "p", "pp", "fig", "art"};

bool is_space(char c) { return c == ' ' || c == '\n'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

template <class List>
bool has(const List& list, std::string_view word) {
  return std::ranges::find(list, word) != list.end();
}

/// What stands before `end`, back to white space or an opening quote.
std::string_view word_before(std::string_view text, std::size_t end) {
  auto begin = end;
  while (begin > 0 && !is_space(text[begin - 1]) && text[begin - 1] != '(' && text[begin - 1] != '"') --begin;
  return text.substr(begin, end - begin);
}

bool is_abbreviation(std::string_view word, char next) {
  if (word.size() == 1 && is_upper(word[0]) && word != "I") return true;  // the initial of a name
  const auto small = lower(word);
  return has(before_a_name, small) || (has(before_a_number, small) && is_digit(next));
}

/// The end of a run of final marks with what closes behind it; `at` is its first mark.
std::size_t end_of_marks(std::string_view text, std::size_t at) { return std::min(text.find_first_not_of(".!?\"')", at), text.size()); }

bool ends_at(std::string_view text, std::size_t mark, std::size_t end) {
  if (end == text.size()) return true;
  if (!is_space(text[end])) return false;
  const auto follows = text.find_first_not_of(" \n", end);
  if (follows == std::string_view::npos) return true;
  if (is_lower(text[follows])) return false;
  return text[mark] != '.' || !is_abbreviation(word_before(text, mark), text[follows]);
}

bool is_blank_line(std::string_view text, std::size_t at) {
  if (text[at] != '\n') return false;
  const auto next = text.find_first_not_of(' ', at + 1);
  return next != std::string_view::npos && text[next] == '\n';
}

/// One line, single spaces, no word that is longer than anybody could say.
std::string tidied(std::string_view text) {
  std::string line;
  std::size_t length = 0;
  for (const char c : text) {
    length = is_space(c) ? 0 : length + 1;
    if (length > longest_word) line += ' ', length = 1;
    if (!is_space(c))
      line += c;
    else if (!line.empty() && line.back() != ' ')
      line += ' ';
  }
  return std::string(trim(line));
}

std::size_t place_to_cut(std::string_view text) {
  const auto head = text.substr(0, longest_piece);
  for (auto at = head.find_last_of(",;:"); at != std::string_view::npos && at >= longest_piece / 4;
       at = at ? head.find_last_of(",;:", at - 1) : std::string_view::npos)
    if (at + 1 < text.size() && text[at + 1] == ' ') return at + 1;
  const auto space = head.rfind(' ');
  return space == std::string_view::npos ? longest_piece : space;
}

void add_pieces(std::vector<Piece>& pieces, std::string_view sentence) {
  const auto line = tidied(sentence);
  std::string_view left = line;
  while (left.size() > longest_piece) {
    const auto at = place_to_cut(left);
    if (const auto part = left.substr(0, at); can_be_said(part)) pieces.push_back({std::string(trim(part)), false});
    left = trim(left.substr(at));
  }
  if (can_be_said(left)) pieces.push_back({std::string(left), true});
}

}  // namespace

std::vector<Piece> sentences_of(std::string_view plain) {
  std::vector<Piece> pieces;
  std::size_t begin = 0;
  const auto cut_at = [&](std::size_t end) {
    add_pieces(pieces, plain.substr(begin, end - begin));
    begin = end;
  };
  for (std::size_t at = 0; at < plain.size();) {
    const char c = plain[at];
    if (c == '.' || c == '!' || c == '?') {
      const auto end = end_of_marks(plain, at);
      if (ends_at(plain, at, end)) cut_at(end);
      at = end;
    } else {
      if (is_blank_line(plain, at)) cut_at(at);
      ++at;
    }
  }
  cut_at(plain.size());
  return pieces;
}

std::span<const std::string_view> abbreviations_before_names() { return before_a_name; }
std::span<const std::string_view> abbreviations_before_numbers() { return before_a_number; }

}  // namespace antiphon::spoken
