#pragma once

#include "antiphon/providers/speech/vendor/wire.hpp"

namespace antiphon::speech {

/// POST /tts/bytes. `model_id` is a setting (sonic-3). @see https://docs.cartesia.ai/api-reference/tts/bytes
std::unique_ptr<const VoiceWire> cartesia_voice(const wire::Endpoint& endpoint, const VoiceChoice& choice);

}  // namespace antiphon::speech
