#include "antiphon/result/call_record.hpp"

#include <array>
#include <utility>

namespace antiphon {

namespace {

constexpr std::array<std::pair<VoiceEventType, std::string_view>, 10> event_names{{
    {VoiceEventType::user_start_speaking, "user_start_speaking"},
    {VoiceEventType::user_stop_speaking, "user_stop_speaking"},
    {VoiceEventType::agent_start_speaking, "agent_start_speaking"},
    {VoiceEventType::agent_stop_speaking, "agent_stop_speaking"},
    {VoiceEventType::tool_call, "tool_call"},
    {VoiceEventType::tool_result, "tool_result"},
    {VoiceEventType::user_interrupt, "user_interrupt"},
    {VoiceEventType::dtmf, "dtmf"},
    {VoiceEventType::silence, "silence"},
    {VoiceEventType::error, "error"},
}};

}  // namespace

std::string_view to_string(VoiceEventType type) {
  for (const auto& [each, name] : event_names)
    if (each == type) return name;
  return "";
}

std::optional<VoiceEventType> voice_event_type_from(std::string_view name) {
  for (const auto& [type, each] : event_names)
    if (each == name) return type;
  return std::nullopt;
}

std::string_view to_string(UtteranceKind kind) {
  switch (kind) {
    case UtteranceKind::speech: return "speech";
    case UtteranceKind::audio: return "audio";
    case UtteranceKind::interruption: return "interruption";
    case UtteranceKind::backchannel: return "backchannel";
    case UtteranceKind::hesitation: return "hesitation";
    case UtteranceKind::dtmf: return "dtmf";
    case UtteranceKind::silence: return "silence";
  }
  return "";
}

std::string_view to_string(Expectation expectation) {
  switch (expectation) {
    case Expectation::respond: return "respond";
    case Expectation::stop: return "stop";
    case Expectation::ignore: return "ignore";
  }
  return "";
}

Duration speech_began(const std::vector<AgentTurn>& turns, std::size_t turn) {
  while (turn > 0 && turns[turn - 1].ending == TurnEnding::capped && turns[turn].start - turns[turn - 1].end < stop_silence) --turn;
  return turns[turn].start;
}

std::string_view to_string(TurnEnding ending) {
  switch (ending) {
    case TurnEnding::signal: return "signal";
    case TurnEnding::tail_silence: return "tail_silence";
    case TurnEnding::capped: return "capped";
    case TurnEnding::cleared: return "cleared";
    case TurnEnding::closed: return "closed";
    case TurnEnding::open: return "open";
  }
  return "";
}

}  // namespace antiphon
