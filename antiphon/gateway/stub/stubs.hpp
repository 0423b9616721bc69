#pragma once

#include <memory>
#include <string>

#include "antiphon/base/random.hpp"
#include "antiphon/base/runtime.hpp"
#include "antiphon/providers/llm/language_model.hpp"
#include "antiphon/providers/stt/speech_to_text.hpp"
#include "antiphon/providers/tts/text_to_speech.hpp"

/// Providers that do nothing but take their time, for benches and for faults on purpose (contracts.md §11). They wait on the clock alone.
namespace antiphon::gateway {

/// How often a stub fails, and how.
struct StubFailure {
  enum class Kind { timeout, rate_limited, garbage, stall } kind = Kind::timeout;
  double rate = 0;  ///< of its calls: 0 to 1
};

/// Hears loud frames of 20 ms. The text is final, and the utterance over, `final_after` the last of them.
struct StubEarSettings {
  Duration final_after{std::chrono::milliseconds(300)};
  Duration min_speech{std::chrono::milliseconds(60)};  ///< less of it is no speech
  double rms = 500;                                    ///< above it a frame is loud
  std::string text = "where is my parcel today";
  StubFailure fail{};
};
struct StubModelSettings {
  Duration first_token{std::chrono::milliseconds(200)};
  Duration token{std::chrono::milliseconds(20)};  ///< between two words
  std::string text = "Your parcel left our house on Monday morning. It will be with you on Thursday before the evening comes around.";
  StubFailure fail{};
};
struct StubVoiceSettings {
  Duration first_chunk{std::chrono::milliseconds(100)};
  Duration chunk{std::chrono::milliseconds(40)};  ///< of audio, in one piece
  Duration word{std::chrono::milliseconds(300)};  ///< of audio
  double speed = 4;                               ///< times real time
  StubFailure fail{};
};

std::unique_ptr<SpeechToText> stub_ear(Runtime& runtime, StubEarSettings settings, std::uint64_t seed = 0);
std::unique_ptr<LanguageModel> stub_model(Runtime& runtime, StubModelSettings settings, std::uint64_t seed = 0);
std::unique_ptr<TextToSpeech> stub_voice(Runtime& runtime, StubVoiceSettings settings, std::uint64_t seed = 0);

}  // namespace antiphon::gateway
