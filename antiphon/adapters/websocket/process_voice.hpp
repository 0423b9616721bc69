#pragma once

#include "antiphon/adapters/agents.hpp"

namespace antiphon::wire {

/// A program that is spoken to over its standard input and output: each message a line of JSON.
ParticipantSpec process_voice_agent(std::shared_ptr<const ProcessAgentOptions> options);

}  // namespace antiphon::wire
