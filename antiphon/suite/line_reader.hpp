#pragma once

#include "antiphon/adapters/agents.hpp"
#include "antiphon/suite/context.hpp"

namespace antiphon::suite {

/// The keys of a line to a voice agent: `send`, `receive`, `greeting`, `tail_silence`, `response_timeout`.
VoiceLineOptions read_line(ReadContext& context, Fields& fields);

/// What a line carries, such as `pcm16/16000`; nullopt where nothing is said, or a mistake was reported.
std::optional<audio::AudioFormat> read_line_format(ReadContext& context, Fields& fields, std::string_view key);

/// `json: true`, or a mapping of the messages that both sides send.
VoiceMessages read_voice_messages(ReadContext& context, const Node& node);

}  // namespace antiphon::suite
