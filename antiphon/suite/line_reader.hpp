#pragma once

#include "antiphon/adapters/agents.hpp"
#include "antiphon/suite/context.hpp"

namespace antiphon::suite {

/// The keys of a line to a voice agent: `send`, `receive`, `greeting`, `tail_silence`, `response_timeout`.
VoiceLineOptions read_line(ReadContext& context, Fields& fields);

/// `json: true`, or a mapping of the messages that both sides send.
VoiceMessages read_voice_messages(ReadContext& context, const Node& node);

}  // namespace antiphon::suite
