#include "antiphon/adapters/twilio/twilio_agent.hpp"

#include <fmt/format.h>

#include "antiphon/adapters/twilio/twilio_line.hpp"
#include "antiphon/adapters/websocket/voice_line_spec.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon {

namespace {

/// `+` and 7 to 15 digits.
void require_number(std::string_view key, std::string_view text) {
  if (text.size() >= 8 && text.size() <= 16 && text.front() == '+' && text.find_first_not_of("0123456789", 1) == std::string_view::npos) return;
  throw Error(ErrorKind::configuration, fmt::format("`{}` is no telephone number: {}", key, quote(text))).with_hint("write it as \"+15550100\", in quotes");
}

/// What `TwilioLine` makes of the events of a media stream.
VoiceMessages line_messages() {
  VoiceMessages shape;
  shape.audio.reset();
  shape.dtmf = VoiceMessages::usual_dtmf();
  shape.hang_up = VoiceMessages::usual_hang_up();
  shape.agent_audio.reset(), shape.understood.reset(), shape.error.reset(), shape.closing.reset(), shape.latency.reset();
  return shape;
}

}  // namespace

ParticipantSpec twilio_agent(TwilioAgentOptions options) {
  require_number("from", options.from);
  require_number("to", options.to);
  if (!options.stream_url.empty()) net::check_request({.url = options.stream_url, .headers = options.headers, .tls = options.tls});
  const VoiceLineOptions line{.send = {audio::Encoding::mulaw, 8000},
                              .receive = std::nullopt,
                              .greeting = options.greeting,
                              .tail_silence = options.tail_silence,
                              .response_timeout = options.response_timeout};
  const auto shared = std::make_shared<const TwilioAgentOptions>(std::move(options));
  const auto transport = [shared](const ParticipantContext& context) { return std::make_unique<wire::TwilioLine>(shared, context); };
  const bool in_memory = shared->stream && shared->post;
  auto spec = wire::message_agent_spec(wire::message_settings("twilio", line, line_messages()), line, in_memory, transport);
  return in_memory ? spec : spec.at_address(shared->url);
}

}  // namespace antiphon
