#include "antiphon/adapters/websocket/voice_line_spec.hpp"

#include <fmt/format.h>

#include "antiphon/base/error.hpp"

namespace antiphon::wire {

namespace {

void require_placeholder(const std::optional<json::value>& message, std::string_view name, std::string_view placeholder) {
  if (!message || json::serialize(*message).find(placeholder) != std::string::npos) return;
  throw Error(ErrorKind::configuration, fmt::format("the message for {} has no {} in it", name, placeholder))
      .with_hint(fmt::format("put \"{}\" where it belongs", placeholder));
}

void require_pointer(const std::optional<VoiceMessageRule>& rule, std::string_view name, bool tells) {
  if (!rule) return;
  if (!rule->at.empty() && rule->at.front() != '/')
    throw Error(ErrorKind::configuration, fmt::format("\"{}\" of {} is no JSON pointer", rule->at, name)).with_hint("begin it with a slash");
  if (tells && rule->at.empty())
    throw Error(ErrorKind::configuration, fmt::format("{} needs `at`, where in the message it stands", name)).with_hint("write it as a JSON pointer: /text");
  if (rule->when.empty() && rule->at.empty())
    throw Error(ErrorKind::configuration, fmt::format("{} would be every message", name)).with_hint("say which with `when: {type: …}`, or `at`");
}

void check(const VoiceMessages& shape) {
  require_placeholder(shape.audio, "audio", "${audio}");
  require_placeholder(shape.dtmf, "dtmf", "${keys}");
  require_placeholder(shape.text, "text", "${text}");
  require_pointer(shape.agent_audio, "audio", true);
  require_pointer(shape.transcript, "transcript", true);
  require_pointer(shape.understood, "understood", true);
  require_pointer(shape.latency, "latency", true);
  require_pointer(shape.turn_end, "turn_end", false);
  require_pointer(shape.clear, "clear", false);
  require_pointer(shape.error, "error", false);
  require_pointer(shape.closing, "hang_up", false);
}

}  // namespace

MessageAgentSettings message_settings(std::string name, const VoiceLineOptions& line, const std::optional<VoiceMessages>& json) {
  const auto receive = line.receive.value_or(line.send);
  audio::require_line_format(line.send);
  audio::require_line_format(receive);
  if (json) check(*json);
  return {.name = std::move(name), .send = line.send, .receive = receive, .json = json};
}

ParticipantSpec message_agent_spec(MessageAgentSettings settings, const VoiceLineOptions& line, bool waits_on_clock_alone,
                                   std::function<std::unique_ptr<VoiceTransport>(const ParticipantContext&)> transport) {
  const auto shared = std::make_shared<const MessageAgentSettings>(std::move(settings));
  VoiceAgentSpec voice{
      .make = [shared, transport = std::move(transport)](
                  const ParticipantContext& context) { return std::make_unique<MessageAgent>(shared, context.runtime, context.thread_id, transport(context)); },
      .capabilities = shared->capabilities()};
  voice.greeting = line.greeting;
  voice.tail_silence = line.tail_silence;
  voice.response_timeout = line.response_timeout;
  const auto nobody = [](const ParticipantContext&) -> std::unique_ptr<Participant> { return nullptr; };  // the call takes its place
  return ParticipantSpec(shared->name, nobody, waits_on_clock_alone).by_voice(std::move(voice));
}

}  // namespace antiphon::wire
