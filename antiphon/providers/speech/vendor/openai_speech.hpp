#pragma once

#include "antiphon/providers/speech/vendor/wire.hpp"

namespace antiphon::speech {

/// POST /audio/speech. The voice is the name behind the slash, `model` a setting (gpt-4o-mini-tts).
/// @see https://platform.openai.com/docs/api-reference/audio/createSpeech
std::unique_ptr<const VoiceWire> openai_voice(const wire::Endpoint& endpoint, const VoiceChoice& choice);

/// POST /audio/transcriptions, as OpenAI, whisper.cpp's server, faster-whisper and others serve it. The models that tell no word times (gpt-…) are asked for
/// the probabilities of their tokens, all others for the times of words.
/// @see https://platform.openai.com/docs/api-reference/audio/createTranscription
std::unique_ptr<const EarWire> openai_ear(const wire::Endpoint& endpoint);

}  // namespace antiphon::speech
