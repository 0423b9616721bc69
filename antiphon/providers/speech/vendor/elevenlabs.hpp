#pragma once

#include "antiphon/providers/speech/vendor/wire.hpp"

namespace antiphon::speech {

/// POST /v1/text-to-speech/VOICE_ID/stream. `model_id` is a setting (eleven_v3, which follows tags such as `[whispers]` in the text).
/// @see https://elevenlabs.io/docs/api-reference/text-to-speech/stream
std::unique_ptr<const VoiceWire> elevenlabs_voice(const wire::Endpoint& endpoint, const VoiceChoice& choice);

/// POST /v1/speech-to-text. @see https://elevenlabs.io/docs/api-reference/speech-to-text/convert
std::unique_ptr<const EarWire> elevenlabs_ear(const wire::Endpoint& endpoint);

}  // namespace antiphon::speech
