#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "antiphon/gateway/language/words.hpp"

namespace antiphon::gateway {

/// How a language says the numbers 0–99, as data. Keys are written together (`joined_words`).
struct NumberWords {
  std::map<std::string, int> units{};        ///< 0–19, and whatever else is one number word ("veintitres")
  std::map<std::string, int> tens{};         ///< 20, 30 … 90: a unit may follow
  std::set<int> long_tens{};                 ///< those that 10–19 may follow, too ("soixante-dix")
  std::vector<std::string> between{};        ///< words that may stand between tens and unit ("et")
  bool between_required = false;             ///< "treinta cinco" is 30 5
  std::string prefix{};                      ///< written at the front of a following number ("و"); units come before their tens then
  std::map<std::string, int> repeats{};      ///< "double": 2
  std::set<std::string> weak{};              ///< numbers that count only beside another, or alone ("oh", "un")
  std::map<std::string, int> sounds_like{};  ///< spellings of recognisers, inside a row of digits only ("for": 4)
  std::set<std::string> pauses{};            ///< what people say between digits ("uh", "then")
};

/// A number that was said or written.
struct SaidNumber {
  std::string digits;     ///< as its digits are read: "25", "007"
  std::size_t first = 0;  ///< words
  std::size_t last = 0;   ///< behind the last
  bool figures = false;   ///< written in figures
};

/// All numbers among the words of `text`, in order. What only sounds like one is told where `guess` is set.
std::vector<SaidNumber> said_numbers(std::string_view text, std::span<const PlainWord> words, const NumberWords& language, bool guess);

/// Digits in a row.
struct DigitRun {
  std::string digits;
  std::size_t begin = 0, end = 0;  ///< bytes
  bool one_figure = false;         ///< one number in figures, alone
};

/// Rows of numbers that are said one after another: nothing stands between them but blanks, pauses, and, between words or single figures, commas and
/// the like. "2026-11-26" is no row.
std::vector<DigitRun> digit_runs(std::string_view text, std::span<const PlainWord> words, const NumberWords& language, bool guess);

}  // namespace antiphon::gateway
