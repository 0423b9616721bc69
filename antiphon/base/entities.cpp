#include "antiphon/base/entities.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "antiphon/base/spoken_text.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon {

namespace {

enum class Kind { other, number, name };

struct Token {
  std::string text;            ///< without punctuation around it
  bool opens = false;          ///< the first word of a sentence
  bool closes_phrase = false;  ///< punctuation behind it: what follows is no part of the same thing
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word_character(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || static_cast<unsigned char>(c) >= 0x80; }

std::vector<Token> tokens_of(std::string_view text) {
  std::vector<Token> tokens;
  bool opens = true;
  for (std::size_t at = 0; at < text.size();) {
    const auto begin = text.find_first_not_of(" \t\r\n", at);
    if (begin == std::string_view::npos) break;
    at = std::min(text.find_first_of(" \t\r\n", begin), text.size());
    auto word = text.substr(begin, at - begin);
    const char last = word.back();
    while (!word.empty() && !is_word_character(word.front())) word.remove_prefix(1);
    while (!word.empty() && !is_word_character(word.back())) word.remove_suffix(1);
    if (!word.empty()) tokens.push_back({std::string(word), opens, !is_word_character(last)});
    if (!word.empty() || last == '.') opens = last == '.' || last == '?' || last == '!' || last == ':';
  }
  return tokens;
}

bool is_number(const std::string& word) {
  if (std::any_of(word.begin(), word.end(), is_digit)) return true;
  const auto said = lower(word);
  if (said == "one") return false;  // far more often a pronoun
  const auto spoken = spoken_words(word);
  return !spoken.empty() && std::all_of(spoken.begin(), spoken.end(), [](const std::string& each) { return each.size() == 1 && is_digit(each.front()); });
}

bool is_of_the_calendar(const std::string& word) {
  static constexpr std::array<std::string_view, 17> names{"monday", "tuesday",   "wednesday", "thursday", "friday",  "saturday",
                                                          "sunday", "january",   "february",  "april",    "june",    "july",
                                                          "august", "september", "october",   "november", "december"};
  const auto said = lower(word);
  return std::ranges::find(names, std::string_view(said)) != names.end();
}

bool is_name(const Token& token, bool has_small_letters) {
  if (is_of_the_calendar(token.text)) return true;
  const bool capital = token.text.front() >= 'A' && token.text.front() <= 'Z';
  return capital && has_small_letters && !token.opens && token.text != "I" && !token.text.starts_with("I'");
}

}  // namespace

std::vector<std::string> entities_in(std::string_view text) {
  const bool has_small_letters = std::any_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  std::vector<std::string> entities;
  auto before = Kind::other;
  for (const auto& token : tokens_of(text)) {
    const auto kind = is_number(token.text) ? Kind::number : is_name(token, has_small_letters) ? Kind::name : Kind::other;
    if (kind != Kind::other && kind == before)
      entities.back() += " " + token.text;
    else if (kind != Kind::other)
      entities.push_back(token.text);
    before = token.closes_phrase ? Kind::other : kind;
  }
  return entities;
}

bool holds_entity(std::string_view text, std::string_view entity) {
  const auto words = spoken_words(text);
  std::string wanted;
  for (const auto& word : spoken_words(entity)) wanted += word;
  if (wanted.empty()) return false;
  // A number with one digit more is another number.
  const auto goes_on = [&](char edge, std::size_t neighbour) { return is_digit(edge) && neighbour < words.size() && is_digit(words[neighbour].front()); };
  // A compound may be heard as one word or several: only where words begin and end has to agree.
  for (std::size_t from = 0; from < words.size(); ++from) {
    if (from > 0 && goes_on(wanted.front(), from - 1)) continue;
    std::string heard;
    for (auto to = from; to < words.size() && heard.size() < wanted.size(); ++to) {
      heard += words[to];
      if (heard == wanted && !goes_on(wanted.back(), to + 1)) return true;
    }
  }
  return false;
}

}  // namespace antiphon
