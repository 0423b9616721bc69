#include "antiphon/gateway/language/locale_rules.hpp"

#include "antiphon/providers/tts/text/sentences.hpp"

namespace antiphon::gateway {

std::string_view to_string(Reply reply) {
  switch (reply) {
    case Reply::greeting: return "greeting";
    case Reply::ask_pin: return "ask_pin";
    case Reply::pin_incomplete: return "pin_incomplete";
    case Reply::pin_wrong: return "pin_wrong";
    case Reply::pin_accepted: return "pin_accepted";
    case Reply::pin_unavailable: return "pin_unavailable";
    case Reply::blocked: return "blocked";
    case Reply::escalation: return "escalation";
    case Reply::nobody_there: return "nobody_there";
    case Reply::turn_limit: return "turn_limit";
    case Reply::time_limit: return "time_limit";
    case Reply::nobody_heard: return "nobody_heard";
    case Reply::call_ended: return "call_ended";
    case Reply::apology: return "apology";
    case Reply::filler: return "filler";
    case Reply::say_again: return "say_again";
    case Reply::still_there: return "still_there";
    case Reply::goodbye: return "goodbye";
  }
  return "say_again";
}

Abbreviations spoken_abbreviations() {
  Abbreviations known{.others = {"a.m", "p.m"}};
  for (const auto word : spoken::abbreviations_before_names()) known.before_names.emplace(word);
  for (const auto word : spoken::abbreviations_before_numbers()) known.before_numbers.emplace(word);
  return known;
}

std::string LocaleRules::reply(Reply which, int pin_digits) const {
  constexpr std::string_view mark = "{digits}";
  auto text = replies.at(static_cast<std::size_t>(which));
  for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) text.replace(at, mark.size(), std::to_string(pin_digits));
  return text;
}

}  // namespace antiphon::gateway
