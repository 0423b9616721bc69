#pragma once

#include <functional>
#include <map>
#include <string>

#include "antiphon/base/regex.hpp"

namespace antiphon::spoken {

/// Writes out what the text analysis of flite would read as nobody says it: ids ("A-1007"), dates, times, telephone numbers, money other than dollars,
/// addresses, abbreviations. Takes one piece of plain text.
std::string with_readings(std::string text);

/// Spells capitals that are no word (`is_word` is asked in small letters), and a few that are: "ID", "US".
std::string with_capitals_spelled(const std::string& text, const std::function<bool(const std::string&)>& is_word);

/// A user's own spellings: whole words, whatever their case, become what the map says.
class Respelling {
 public:
  Respelling() = default;
  explicit Respelling(const std::map<std::string, std::string>& words);
  std::string apply(const std::string& text) const;

 private:
  std::map<std::string, std::string> words_;  ///< by small letters
  std::optional<Regex> any_;
};

}  // namespace antiphon::spoken
