#include "antiphon/scenario/checks/language/detect.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <unordered_map>

#include "antiphon/base/text.hpp"
#include "antiphon/base/unicode.hpp"

namespace antiphon::languages {

namespace {

enum class Script { latin, cyrillic, greek, hebrew, arabic, devanagari, thai, hangul, kana, han, other };

struct ScriptRange {
  char32_t first, last;
  Script script;
};
constexpr ScriptRange script_ranges[] = {
    {0x41, 0x24F, Script::latin},     {0x1E00, 0x1EFF, Script::latin},  {0x370, 0x3FF, Script::greek},      {0x1F00, 0x1FFF, Script::greek},
    {0x400, 0x52F, Script::cyrillic}, {0x590, 0x5FF, Script::hebrew},   {0x600, 0x6FF, Script::arabic},     {0x750, 0x77F, Script::arabic},
    {0xFB50, 0xFDFF, Script::arabic}, {0xFE70, 0xFEFF, Script::arabic}, {0x900, 0x97F, Script::devanagari}, {0xE00, 0xE7F, Script::thai},
    {0x1100, 0x11FF, Script::hangul}, {0x3130, 0x318F, Script::hangul}, {0xAC00, 0xD7A3, Script::hangul},   {0x3041, 0x30FF, Script::kana},
    {0xFF66, 0xFF9D, Script::kana},   {0x3400, 0x4DBF, Script::han},    {0x4E00, 0x9FFF, Script::han},      {0xF900, 0xFAFF, Script::han},
    {0x20000, 0x2FA1F, Script::han},
};

Script script_of(char32_t c) {
  for (const auto& range : script_ranges)
    if (c >= range.first && c <= range.last) return range.script;
  return Script::other;
}

constexpr double letter_weight = 0.6, piece_weight = 0.35;  // a usual word counts 1
constexpr double least_evidence = 1.6, least_lead = 0.8, least_share = 0.3, least_density = 0.17;
constexpr std::size_t least_words = 3, least_characters = 4;  // of scripts that belong to one language
constexpr double main_script_share = 0.7;

/// For each language how much speaks for it.
using Scores = std::map<std::string_view, double>;

/// Words, letters and pieces of the profiles, each with the languages that have it.
class Index {
 public:
  Index() {
    for (const auto& profile : profiles()) {
      add(words_, profile.words, profile.code);
      add(letters_, profile.letters, profile.code);
      add(pieces_, profile.pieces, profile.code);
    }
  }

  void score(const std::u32string& word, Scores& scores) const {
    count(words_, word, 1, scores);
    std::vector<char32_t> seen;
    for (const char32_t c : word) {
      if (c < 0x80 || std::find(seen.begin(), seen.end(), c) != seen.end()) continue;
      seen.push_back(c);
      count(letters_, std::u32string(1, c), letter_weight, scores);
    }
    if (word.size() < 4) return;
    const auto framed = U"^" + word + U"$";
    for (const auto& [piece, languages] : pieces_)
      if (framed.find(piece) != std::u32string::npos) give(languages, piece_weight, scores);
  }

 private:
  using Table = std::unordered_map<std::u32string, std::vector<std::string_view>>;

  static void add(Table& table, std::string_view list, std::string_view code) {
    for (const auto& entry : split(list, ' ')) {
      auto& languages = table[to_utf32(entry)];
      if (!entry.empty() && (languages.empty() || languages.back() != code)) languages.push_back(code);
    }
  }
  static void give(const std::vector<std::string_view>& languages, double weight, Scores& scores) {
    for (const auto code : languages) scores[code] += weight / static_cast<double>(languages.size());
  }
  static void count(const Table& table, const std::u32string& key, double weight, Scores& scores) {
    if (const auto found = table.find(key); found != table.end()) give(found->second, weight, scores);
  }

  Table words_, letters_, pieces_;
};

const Index& index() {
  static const Index built;
  return built;
}

bool is_word(const std::u32string& word) {
  return std::any_of(word.begin(), word.end(), [](char32_t c) { return !is_digit(c); });
}

Detection by_words(const std::vector<std::u32string>& words) {
  Scores scores;
  for (const auto& word : words) index().score(word, scores);
  std::vector<std::pair<double, std::string_view>> ranked;
  double sum = 0;
  for (const auto& [code, score] : scores) ranked.emplace_back(score, code), sum += score;
  std::sort(ranked.rbegin(), ranked.rend());
  Detection detection{.words = words.size()};
  if (ranked.empty()) return detection;
  const auto [best, code] = ranked.front();
  const double second = ranked.size() > 1 ? ranked[1].first : 0;
  if (ranked.size() > 1) detection.runner_up = ranked[1].second;
  detection.confidence = best / sum;
  const bool enough = words.size() >= least_words && best >= least_evidence && best >= least_density * static_cast<double>(words.size());
  if (enough && best - second >= std::max(least_lead, least_share * best)) detection.code = code;
  return detection;
}

std::string_view language_of(Script script) {
  switch (script) {
    case Script::greek: return "el";
    case Script::hebrew: return "he";
    case Script::devanagari: return "hi";
    case Script::thai: return "th";
    case Script::hangul: return "ko";
    case Script::kana: return "ja";
    case Script::han: return "zh";
    default: return {};
  }
}

struct Census {
  std::map<Script, std::size_t> counts;
  std::size_t letters = 0;
  bool persian = false;

  explicit Census(std::string_view text) {
    for (const char32_t c : to_utf32(text)) {
      if (!is_letter(c)) continue;
      ++counts[script_of(c)], ++letters;
      persian = persian || c == 0x67E || c == 0x686 || c == 0x698 || c == 0x6AF;  // پ چ ژ گ
    }
    // Japanese is written in Han and kana together, and some kana tells the two apart.
    if (counts[Script::kana] * 10 >= counts[Script::han]) counts[Script::kana] += std::exchange(counts[Script::han], 0);
  }
  std::pair<Script, std::size_t> main() const {
    const auto most = std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    return most == counts.end() ? std::pair{Script::other, std::size_t{0}} : std::pair{most->first, most->second};
  }
};

}  // namespace

Detection detect(std::string_view text) {
  auto words = words_of(text);
  std::erase_if(words, [](const auto& word) { return !is_word(word); });
  const Census census(text);
  const auto [script, count] = census.main();
  Detection detection{.words = words.size()};
  if (count == 0 || static_cast<double>(count) < main_script_share * static_cast<double>(census.letters)) return detection;
  if (script == Script::latin || script == Script::cyrillic) {
    std::erase_if(words, [&, main = script](const auto& word) { return script_of(word.front()) != main && !is_digit(word.front()); });
    return by_words(words);
  }
  if (count < least_characters) return detection;
  detection.code = script == Script::arabic ? (census.persian ? "fa" : "ar") : language_of(script);
  detection.confidence = static_cast<double>(count) / static_cast<double>(census.letters);
  return detection;
}

const std::vector<std::string>& known_codes() {
  static const std::vector<std::string> codes = [] {
    std::vector<std::string> all{"ar", "el", "fa", "he", "hi", "ja", "ko", "th", "zh"};
    for (const auto& profile : profiles()) all.emplace_back(profile.code);
    std::sort(all.begin(), all.end());
    return all;
  }();
  return codes;
}

std::string primary_subtag(std::string_view tag) { return lower(tag.substr(0, tag.find_first_of("-_"))); }

}  // namespace antiphon::languages
