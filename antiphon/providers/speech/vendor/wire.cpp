#include "antiphon/providers/speech/vendor/wire.hpp"

#include <algorithm>
#include <cmath>

#include "antiphon/base/text.hpp"

namespace antiphon::speech {

std::string primary_language(std::string_view language) { return lower(language.substr(0, language.find_first_of("-_"))); }

std::string text_setting(const json::object& settings, std::initializer_list<std::string_view> names, std::string usual) {
  for (const auto name : names)
    if (const auto* value = settings.if_contains(name); value && value->is_string()) return std::string(value->get_string());
  return usual;
}

json::object without(json::object settings, std::initializer_list<std::string_view> names) {
  for (const auto name : names) settings.erase(name);
  return settings;
}

std::optional<double> probability(const json::value& object, std::string_view logarithm) {
  const auto value = find_number(object, logarithm);
  if (!value || std::isnan(*value)) return std::nullopt;
  return std::exp(std::min(*value, 0.0));
}

Duration seconds_of(const json::value& object, std::string_view member) {
  const auto value = find_number(object, member).value_or(0);
  constexpr double a_week = 7 * 24 * 3600;
  if (!(value > 0)) return Duration(0);
  return Duration(std::llround(std::min(value, a_week) * 1e9));
}

std::optional<RecognisedWord> timed_word(const json::value& object, std::initializer_list<std::string_view> text_members) {
  for (const auto member : text_members) {
    const auto text = find_string(object, member);
    if (!text || trim(*text).empty()) continue;
    RecognisedWord word{.text = std::string(trim(*text)), .start = seconds_of(object, "start"), .end = seconds_of(object, "end")};
    word.end = std::max(word.end, word.start);
    return word;
  }
  return std::nullopt;
}

}  // namespace antiphon::speech
