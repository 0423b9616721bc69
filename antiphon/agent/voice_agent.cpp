#include "antiphon/agent/voice_agent.hpp"

#include <fmt/format.h>

#include "antiphon/base/error.hpp"

namespace antiphon {

void refuse_capability(std::string_view adapter, std::string_view capability, std::string_view alternative) {
  throw Error(ErrorKind::unsupported, fmt::format("UnsupportedCapability: the adapter '{}' has no {}", adapter, capability))
      .with_party(Party::harness)
      .with_hint(std::string(alternative));
}

Task<> VoiceAgentAdapter::end_of_utterance(Deadline) { co_return; }

void VoiceAgentAdapter::send_now(audio::SampleView, bool) { refuse_capability(name(), "sending without waiting", "send_audio"); }

bool VoiceAgentAdapter::deliver_to(SignalSink*) { return false; }

Task<> VoiceAgentAdapter::interrupt(Deadline) {
  refuse_capability(name(), "interruption", "speak over it: `interrupt` does so where there is no signal");
  co_return;
}

Task<> VoiceAgentAdapter::send_dtmf(std::string, Deadline) {
  refuse_capability(name(), "dtmf", "let the keys be sent as tones");
  co_return;
}

Task<> VoiceAgentAdapter::send_text(std::string, Deadline) {
  refuse_capability(name(), "text", "let the user speak");
  co_return;
}

}  // namespace antiphon
