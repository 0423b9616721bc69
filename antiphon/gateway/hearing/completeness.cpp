#include "antiphon/gateway/hearing/completeness.hpp"

namespace antiphon::gateway {

bool sounds_open(std::string_view transcript, const LocaleRules& rules) {
  const auto words = plain_words(transcript);
  std::string end;
  for (std::size_t count = 1; count <= 2 && count <= words.size(); ++count) {  // "I'm" is two
    const auto& word = words[words.size() - count];
    const bool joined = count == 1 || is_compound_joint(transcript.substr(word.end, words[words.size() - count + 1].begin - word.end));
    end = word.text + end;
    if (joined && rules.function_words.contains(end)) return true;
  }
  return false;
}

Duration silence_to_wait(std::string_view transcript, const LocaleRules& rules, bool pin_awaited, const TurnPatience& patience) {
  return pin_awaited || sounds_open(transcript, rules) ? patience.open : patience.complete;
}

}  // namespace antiphon::gateway
