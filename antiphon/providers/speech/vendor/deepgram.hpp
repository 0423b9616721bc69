#pragma once

#include "antiphon/providers/speech/vendor/wire.hpp"

namespace antiphon::speech {

/// POST /v1/speak. The voice is the model: `aura-2-thalia-en`. @see https://developers.deepgram.com/reference/text-to-speech/speak-request
std::unique_ptr<const VoiceWire> deepgram_voice(const wire::Endpoint& endpoint, const VoiceChoice& choice);

/// POST /v1/listen with a recording. @see https://developers.deepgram.com/reference/speech-to-text/listen-pre-recorded
std::unique_ptr<const EarWire> deepgram_ear(const wire::Endpoint& endpoint);

/// What Deepgram calls an alternative: `transcript`, `confidence`, `words`.
Recognition deepgram_alternative(const json::value& alternative);

/// What both ways of listening put into the address.
Fields deepgram_listening(const std::string& model, const RecognitionSettings& settings);

}  // namespace antiphon::speech
