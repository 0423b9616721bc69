#pragma once

#include "antiphon/adapters/composed/composed_agent.hpp"

namespace antiphon {

/// What finds its words where nothing else is given.
inline constexpr const char* elevenlabs_model = "openai/gpt-5.4-mini";
inline constexpr const char* elevenlabs_system =
    "You talk with somebody on the telephone. Be friendly and brief: one or two sentences as people say them aloud, and nothing that only works in writing.";

/// An agent of parts whose ear and voice are ElevenLabs' (VOX-70); whatever is given stays.
///
/// Its ear is `elevenlabs/scribe_v1`. Its voice is the one that ELEVENLABS_VOICE_ID names, else Sarah, whom every account may use. Words are found by
/// `elevenlabs_model`, told to speak briefly. Keys: ELEVENLABS_API_KEY, or `key` for ear and voice; OPENAI_API_KEY for that model.
ComposedAgentOptions elevenlabs_preset(ComposedAgentOptions options = {}, const std::string& key = {});

/// @throws Error configuration, as `composed_agent`. A missing key is told by its check.
ParticipantSpec elevenlabs_voice_agent(ComposedAgentOptions options = {}, const std::string& key = {});

}  // namespace antiphon
