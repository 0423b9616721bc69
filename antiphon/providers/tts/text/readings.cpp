#include "antiphon/providers/tts/text/readings.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "antiphon/base/text.hpp"
#include "antiphon/base/unicode.hpp"

namespace antiphon::spoken {

namespace {

using Match = Regex::Match;

struct Written {
  const char* pattern;
  const char* reading;  ///< `$1` stands for the first group
};

constexpr Written plain_readings[] = {
    {R"(\b[Nn]o\. ?(?=\d))", "number "},
    {R"(\bMs\.)", "Miz"},
    {R"(\be\.g\.,?)", "for example,"},
    {R"(\bi\.e\.,?)", "that is,"},
    {R"(\bvs\.)", "versus"},
    {R"(\betc\.)", "et cetera"},
    {R"(\bapprox\.)", "approximately"},
    {R"((\d) ?lbs?\b\.?)", "$1 pounds"},
    {R"((\d) ?kg\b)", "$1 kilograms"},
    {R"((\d) ?km\b)", "$1 kilometers"},
    {R"((\d) ?cm\b)", "$1 centimeters"},
    {R"((\d) ?mm\b)", "$1 millimeters"},
    {R"((\d) ?GB\b)", "$1 gigabytes"},
    {R"((\d) ?MB\b)", "$1 megabytes"},
    {R"(\bEUR ?(\d[\d,]*(?:\.\d+)?))", "$1 euros"},
    {R"((\d) ?EUR\b)", "$1 euros"},
    {R"(\bGBP ?(\d[\d,]*(?:\.\d+)?))", "$1 pounds"},
    {R"((\d) ?GBP\b)", "$1 pounds"},
    {R"(\bJPY ?(\d[\d,]*(?:\.\d+)?))", "$1 yen"},
    {"%", " percent"},
    {R"(#(?=\d))", "number "},
    {"#", " "},
    {"&", " and "},
    {R"((?<=\w)@(?=\w))", " at "},
    {R"((?<=\w)\.(?=(?:com|org|net|io|dev|gov|edu|co|uk|de|eu)\b))", " dot "},
    {R"(https?://)", ""},
    {R"(\bwww\.)", "www dot "},
    {R"((?<=\d) ?\+ ?(?=\d))", " plus "},
    {R"(\+(?=\d))", "plus "},
    {R"( = )", " equals "},
    {R"(\b(\d{1,2}) ?- ?(\d{1,2})\b(?![-/]))", "$1 to $2"},
};

/// Capitals that are spelled although a word is written like them.
constexpr std::array<std::string_view, 16> always_spelled = {"AI", "API", "ATM", "DOB", "ETA", "FAQ", "HR", "ID",
                                                             "PC", "PO",  "SSN", "TV",  "UK",  "URL", "US", "VAT"};

constexpr std::array<const char*, 12> months = {"January", "February", "March",     "April",   "May",      "June",
                                                "July",    "August",   "September", "October", "November", "December"};

std::string filled(const char* reading, const Match& match) {
  std::string text;
  for (const char* c = reading; *c; ++c) {
    if (*c == '$' && c[1] >= '1' && c[1] <= '9')
      text += match.groups.at(static_cast<std::size_t>(*++c - '0'));
    else
      text += *c;
  }
  return text;
}

/// "A" alone would be read as the article.
std::string spelled(std::string_view signs) {
  std::string text;
  for (const char c : signs) {
    if (!text.empty()) text += ' ';
    if (c == 'A')
      text += "Ay";
    else
      text += c;
  }
  return text;
}

std::string ordinal(int number) {
  const int last = number % 10;
  const bool teen = number / 10 % 10 == 1;
  if (last == 1 && !teen) return fmt::format("{}st", number);
  if (last == 2 && !teen) return fmt::format("{}nd", number);
  if (last == 3 && !teen) return fmt::format("{}rd", number);
  return fmt::format("{}th", number);
}

std::string date(const std::string& month, const std::string& day, const std::string& year) {
  return fmt::format("{} {}, {}", months.at(static_cast<std::size_t>(parse_integer(month).value_or(1) - 1)), ordinal(parse_integer(day).value_or(1)), year);
}

std::string american_date(const Match& match) { return date(match.groups[1], match.groups[2], match.groups[3]); }
std::string iso_date(const Match& match) { return date(match.groups[2], match.groups[3], match.groups[1]); }
std::string id(const Match& match) { return spelled(match.groups[1]) + " " + spelled(match.groups[2]); }

std::string telephone(const Match& match) {
  std::string text;
  for (const auto& group : split(match.groups[0], '-')) text += (text.empty() ? "" : ", ") + spelled(group);
  return text;
}

/// The full stop of "at 5 p.m." ends the sentence as well.
std::string half_of_day(const Match& match) { return match.groups[1] + (lower(match.groups[2]) == "a" ? " Ay M" : " P M") + match.groups[3]; }

struct Reading {
  Regex pattern;
  std::function<std::string(const Match&)> say;
};

const std::vector<Reading>& readings() {
  static const auto all = [] {
    std::vector<Reading> list;
    list.push_back({Regex(R"(\b(1[0-2]|0?[1-9])/(3[01]|[12]\d|0?[1-9])/((?:19|20)\d\d)\b)"), american_date});
    list.push_back({Regex(R"(\b((?:19|20)\d\d)-(1[0-2]|0[1-9])-(3[01]|[12]\d|0[1-9])\b)"), iso_date});
    list.push_back({Regex(R"((\d) ?([AaPp])\.?[Mm]\b(?:\.(?!$))?(\.?))"), half_of_day});
    list.push_back({Regex(R"(\b([A-Z]{1,4})[-#]?(\d{2,})\b)"), id});
    list.push_back({Regex(R"(\b\d{3,4}(?:-\d{3,4})+\b)"), telephone});
    for (const auto& [pattern, reading] : plain_readings) list.push_back({Regex(pattern), [reading](const Match& match) { return filled(reading, match); }});
    return list;
  }();
  return all;
}

std::string replaced(const std::string& text, const Regex& pattern, const std::function<std::string(const Match&)>& say) {
  std::string result;
  std::size_t from = 0;
  while (const auto match = pattern.search(text, from)) {
    if (match->end == match->begin) break;  // none of ours matches nothing
    result.append(text, from, match->begin - from).append(say(*match));
    from = match->end;
  }
  return from == 0 ? text : result.append(text, from);
}

std::string small_letters(std::string_view text) {
  auto wide = to_utf32(text);
  std::ranges::transform(wide, wide.begin(), small_letter);
  return to_utf8(wide);
}

}  // namespace

std::string with_readings(std::string text) {
  for (const auto& [pattern, say] : readings()) text = replaced(text, pattern, say);
  return text;
}

std::string with_capitals_spelled(const std::string& text, const std::function<bool(const std::string&)>& is_word) {
  static const Regex capitals(R"(\b[A-Z]{2,5}\b(?!'))");
  const auto say = [&](const Match& match) {
    const auto& letters = match.groups[0];
    const bool spells = std::ranges::find(always_spelled, letters) != always_spelled.end() || !is_word(lower(letters));
    return spells ? spelled(letters) : letters;
  };
  return replaced(text, capitals, say);
}

Respelling::Respelling(const std::map<std::string, std::string>& words) {
  std::vector<std::string> longest_first;
  for (const auto& [word, spelling] : words) {
    if (trim(word).empty()) continue;
    words_[small_letters(repair_utf8(word))] = spelling;
    longest_first.push_back(escape_regex(repair_utf8(word)));
  }
  if (longest_first.empty()) return;
  std::ranges::sort(longest_first, std::greater<>(), &std::string::size);
  any_.emplace(fmt::format(R"((?<![\p{{L}}\p{{N}}])(?:{})(?![\p{{L}}\p{{N}}]))", antiphon::join(longest_first, "|")), true);
}

std::string Respelling::apply(const std::string& text) const {
  if (!any_) return text;
  return replaced(repair_utf8(text), *any_, [this](const Match& match) {
    const auto spelling = words_.find(small_letters(match.groups[0]));
    return spelling == words_.end() ? match.groups[0] : spelling->second;
  });
}

}  // namespace antiphon::spoken
