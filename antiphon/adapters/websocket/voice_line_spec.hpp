#pragma once

#include <functional>
#include <memory>
#include <string>

#include "antiphon/adapters/websocket/message_agent.hpp"
#include "antiphon/adapters/websocket/websocket_agent.hpp"

namespace antiphon::wire {

/// @throws Error configuration for formats that no line has, and templates that lack what they are sent for.
MessageAgentSettings message_settings(std::string name, const VoiceLineOptions& line, const std::optional<VoiceMessages>& json);

/// An agent by voice whose messages go over what `transport` makes, one per call.
ParticipantSpec message_agent_spec(MessageAgentSettings settings, const VoiceLineOptions& line, bool waits_on_clock_alone,
                                   std::function<std::unique_ptr<VoiceTransport>(const ParticipantContext&)> transport);

}  // namespace antiphon::wire
