#include "antiphon/providers/tts/hibari/phonemes.hpp"

#include <algorithm>
#include <array>

#include "antiphon/base/error.hpp"
#include "antiphon/base/json.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/base/unicode.hpp"

namespace antiphon::hibari {

namespace {

using flite::Phone;
using flite::Word;

constexpr std::array<std::pair<std::string_view, std::string_view>, 40> letters = {{
    {"aa", "ɑ"}, {"ae", "æ"}, {"ah", "ʌ"},  {"ao", "ɔ"}, {"aw", "W"}, {"ax", "ə"}, {"ay", "I"}, {"b", "b"},  {"ch", "ʧ"}, {"d", "d"},
    {"dh", "ð"}, {"eh", "ɛ"}, {"er", "ɜɹ"}, {"ey", "A"}, {"f", "f"},  {"g", "ɡ"},  {"hh", "h"}, {"ih", "ɪ"}, {"iy", "i"}, {"jh", "ʤ"},
    {"k", "k"},  {"l", "l"},  {"m", "m"},   {"n", "n"},  {"ng", "ŋ"}, {"ow", "O"}, {"oy", "Y"}, {"p", "p"},  {"r", "ɹ"},  {"s", "s"},
    {"sh", "ʃ"}, {"t", "t"},  {"th", "θ"},  {"uh", "ʊ"}, {"uw", "u"}, {"v", "v"},  {"w", "w"},  {"y", "j"},  {"z", "z"},  {"zh", "ʒ"},
}};

/// Words that lose their stress in a sentence. Sorted.
constexpr std::array<std::string_view, 55> weak_words = {
    "a",      "an",   "and",  "are", "as",    "at",   "be",   "been", "but", "by", "can", "could", "do",   "does", "for",  "from",  "had",   "has",
    "have",   "he",   "her",  "him", "his",   "i",    "if",   "in",   "is",  "it", "its", "me",    "my",   "of",   "or",   "our",   "shall", "she",
    "should", "than", "that", "the", "their", "them", "they", "this", "to",  "us", "was", "we",    "were", "will", "with", "would", "you",   "your"};

constexpr std::string_view marks = ".,;:!?";

bool is_weak(std::string_view word) { return std::ranges::find(weak_words, word) != weak_words.end(); }

std::string_view letter_of(std::string_view phone) {
  const auto* at = std::ranges::lower_bound(letters, phone, {}, &std::pair<std::string_view, std::string_view>::first);
  return at != letters.end() && at->first == phone ? at->second : std::string_view();
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) { return std::ranges::find(names, name) != names.end(); }

/// The t of "water": between a vowel (or r) and an unstressed vowel, but not the one of "button".
bool is_tapped(const std::vector<Phone>& phones, std::size_t at) {
  if (phones[at].name != "t" || at == 0 || at + 1 == phones.size()) return false;
  const auto &before = phones[at - 1], &after = phones[at + 1];
  const bool before_n = after.name == "ax" && at + 2 < phones.size() && phones[at + 2].name == "n";
  return (before.vowel || before.name == "r") && after.vowel && !after.stressed && !before_n;
}

/// The last vowel of "little" and "button", which is hardly one.
bool is_swallowed(const std::vector<Phone>& phones, std::size_t at) {
  if (phones[at].name != "ax" || at == 0 || at + 2 != phones.size() || phones[at - 1].vowel) return false;
  return phones[at + 1].name == "l" || (phones[at + 1].name == "n" && is_one_of(phones[at - 1].name, {"t", "d", "s", "z", "sh"}));
}

bool begins_with_vowel(const std::vector<Word>& words, std::size_t at) {
  return at < words.size() && !words[at].phones.empty() && words[at].phones.front().vowel;
}

bool is_clitic(const Word& word) { return word.name.size() > 1 && word.name[0] == '\''; }

std::size_t end_of_token(const std::vector<Word>& words, std::size_t at) {
  do ++at;
  while (at < words.size() && !words[at].begins_token);
  return at;
}

/// Whether flite took apart what the lexicon knows as one: "wasn't", "Sarah's", a name that it would spell.
bool is_better_whole(const std::vector<Word>& words, std::size_t begin, std::size_t end, const std::string& small) {
  if (std::ranges::none_of(words[begin].token, [](char c) { return c >= 'a' && c <= 'z'; })) return false;
  if (end == begin + 1) {
    auto bare = small;
    std::erase(bare, '\'');
    return words[begin].name == bare && bare != small;
  }
  const bool spelled = std::all_of(words.begin() + static_cast<std::ptrdiff_t>(begin), words.begin() + static_cast<std::ptrdiff_t>(end),
                                   [](const Word& word) { return word.name.size() == 1; });
  return spelled || (end == begin + 2 && is_clitic(words[begin + 1]) && words[begin].name + words[begin + 1].name == small);
}

/// Words whose sounds depend on what follows, and the name of a letter.
std::string in_context(const std::vector<Word>& words, std::size_t at) {
  const auto& word = words[at];
  const bool goes_on = word.marks.empty() && at + 1 < words.size();
  const bool before_vowel = goes_on && begins_with_vowel(words, at + 1);
  if (word.name == "a") return "ɐ";
  if (word.name == "an") return "ɐn";
  if (word.name == "the") return before_vowel ? "ði" : "ðə";
  if (word.name == "to") return !goes_on ? "tˈu" : before_vowel ? "tʊ" : "tə";
  if (word.name == "i") return "ˌI";
  if (word.name == "ay" || word.name == "_a") return "ˈA";
  return {};
}

std::string sounds_of(const std::vector<Word>& words, std::size_t at, const Lexicon& lexicon) {
  std::string sounds;
  if (!is_clitic(words[at])) sounds = in_context(words, at);
  if (sounds.empty() && !is_clitic(words[at])) sounds = lexicon.sounds_of(words[at].name);
  return sounds.empty() ? phonemes_by_rule(words[at]) : sounds;
}

void add_mark(std::string& text, std::string_view signs) {
  if (const auto at = signs.find_first_of(marks); at != std::string_view::npos) text += signs[at];
}

std::vector<std::int64_t> framed(std::vector<std::int64_t> ids) {
  ids.insert(ids.begin(), 0);
  ids.push_back(0);
  return ids;
}

}  // namespace

std::string phonemes_by_rule(const Word& word) {
  std::string text;
  const bool weak = is_weak(word.name);
  for (std::size_t i = 0; i < word.phones.size(); ++i) {
    const auto& phone = word.phones[i];
    const bool stressed = phone.stressed && !weak;
    if (stressed) text += "ˈ";
    if (phone.name == "er" && !stressed)
      text += "əɹ";
    else if (is_tapped(word.phones, i))
      text += "T";
    else if (is_swallowed(word.phones, i))
      text += "ᵊ";
    else
      text += letter_of(phone.name);
  }
  return text;
}

std::string phonemes_of(const std::vector<Word>& words, const Lexicon& lexicon) {
  std::string text;
  for (std::size_t at = 0; at < words.size();) {
    const auto& word = words[at];
    auto next = at + 1;
    std::string sounds;
    if (word.begins_token) {
      const auto end = end_of_token(words, at);
      const auto small = lower(word.token);
      const auto whole = is_better_whole(words, at, end, small) ? lexicon.exact(small) : std::nullopt;
      if (whole) sounds = *whole, next = end;
    }
    if (sounds.empty()) sounds = sounds_of(words, at, lexicon);
    if (!text.empty() && !is_clitic(word)) text += ' ';
    text += sounds;
    add_mark(text, words[next - 1].marks);
    at = next;
  }
  if (!text.empty() && marks.find(text.back()) == std::string_view::npos) text += '.';
  return text;
}

PhonemeIds::PhonemeIds(std::string_view text) {
  const auto damaged = [] {
    return Error(ErrorKind::configuration, "the alphabet of hibari (vocab.json) is damaged").with_hint("install it again: make speech");
  };
  boost::system::error_code code;
  const auto value = json::parse(json::string_view(text.data(), text.size()), code);
  if (code || !value.is_object()) throw damaged();
  for (const auto& [letter, id] : value.get_object()) {
    const auto wide = to_utf32(std::string_view(letter.data(), letter.size()));
    if (wide.size() != 1 || !id.is_int64() || id.get_int64() < 0) throw damaged();
    ids_[wide[0]] = id.get_int64();
  }
  if (!ids_.contains(U' ') || !ids_.contains(U'.')) throw damaged();
  space_ = ids_.at(U' ');
}

std::vector<std::vector<std::int64_t>> PhonemeIds::of(std::string_view phonemes) const {
  std::vector<std::int64_t> left;
  for (const auto c : to_utf32(phonemes))
    if (const auto id = ids_.find(c); id != ids_.end()) left.push_back(id->second);
  std::vector<std::vector<std::int64_t>> parts;
  while (left.size() > most_phonemes) {
    const auto limit = left.begin() + most_phonemes;
    const auto space = std::find(std::make_reverse_iterator(limit), left.rend(), space_).base();  // just behind a space
    const auto end = space == left.begin() ? limit : space;
    parts.push_back(framed({left.begin(), end}));
    left.erase(left.begin(), end);
  }
  if (!left.empty()) parts.push_back(framed(std::move(left)));
  return parts;
}

}  // namespace antiphon::hibari
