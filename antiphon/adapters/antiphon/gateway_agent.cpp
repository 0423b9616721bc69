#include "antiphon/adapters/antiphon/gateway_agent.hpp"

#include <algorithm>
#include <array>
#include <span>

#include <fmt/format.h>

#include "antiphon/adapters/antiphon/gateway_line.hpp"
#include "antiphon/adapters/websocket/message_agent.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon {

namespace {

using audio::Encoding;
constexpr std::array<audio::AudioFormat, 5> sent{
    {{Encoding::pcm16, 16000}, {Encoding::pcm16, 8000}, {Encoding::pcm16, 24000}, {Encoding::pcm16, 48000}, {Encoding::mulaw, 8000}}};
constexpr std::array<audio::AudioFormat, 4> received{{{Encoding::pcm16, 24000}, {Encoding::pcm16, 16000}, {Encoding::pcm16, 8000}, {Encoding::mulaw, 8000}}};

void require(std::string_view key, const audio::AudioFormat& format, std::span<const audio::AudioFormat> known) {
  if (std::ranges::find(known, format) != known.end()) return;
  std::vector<std::string> names;
  for (const auto& one : known) names.push_back(to_string(one));
  throw Error(ErrorKind::configuration, fmt::format("`{}` is {}, which a gateway does not carry", key, to_string(format)))
      .with_hint("there are " + join(names, ", "));
}

/// What we send besides audio.
VoiceMessages messages_to_gateway() {
  VoiceMessages shape;
  shape.audio.reset();
  shape.dtmf = json::value{{"type", "dtmf"}, {"digits", "${keys}"}};
  shape.text = json::value{{"type", "text"}, {"text", "${text}"}};
  shape.hang_up = json::value{{"type", "hangup"}};
  return shape;
}

wire::MessageAgentSettings settings_of(const GatewayAgentOptions& options) {
  return {.name = "antiphon", .send = options.send, .receive = options.receive, .json = messages_to_gateway()};
}

AdapterCapabilities capabilities_of(const GatewayAgentOptions& options) {
  auto settings = settings_of(options);
  settings.decode_response = [](const net::WsMessage&) { return std::vector<WireSignal>(); };
  settings.tells_turn_end = settings.tells_transcripts = settings.tells_user_speech = true;
  return settings.capabilities();
}

std::unique_ptr<VoiceAgentAdapter> make_adapter(const std::shared_ptr<const GatewayAgentOptions>& options, const ParticipantContext& context) {
  auto events = std::make_shared<wire::GatewayEvents>();
  auto settings = settings_of(*options);
  settings.decode_response = [events](const net::WsMessage& message) { return events->read(message); };
  settings.tells_turn_end = settings.tells_transcripts = settings.tells_user_speech = true;
  return std::make_unique<wire::MessageAgent>(std::make_shared<const wire::MessageAgentSettings>(std::move(settings)), context.runtime, context.thread_id,
                                              std::make_unique<wire::GatewayLine>(options, events, context));
}

}  // namespace

ParticipantSpec gateway_agent(GatewayAgentOptions options) {
  require("send", options.send, sent);
  require("receive", options.receive, received);
  (void)wire::gateway_url(options);
  const auto shared = std::make_shared<const GatewayAgentOptions>(std::move(options));
  VoiceAgentSpec voice{.make = [shared](const ParticipantContext& context) { return make_adapter(shared, context); }, .capabilities = capabilities_of(*shared)};
  voice.greeting = shared->greeting;
  voice.tail_silence = shared->tail_silence;
  voice.response_timeout = shared->response_timeout;
  const auto nobody = [](const ParticipantContext&) -> std::unique_ptr<Participant> { return nullptr; };  // the call takes its place
  const bool waits_on_clock_alone = shared->stream || shared->local.waits_on_clock_alone;
  auto spec = ParticipantSpec("antiphon", nobody, waits_on_clock_alone).by_voice(std::move(voice));
  return shared->stream || shared->local.make ? spec : spec.at_address(shared->url);
}

}  // namespace antiphon
