#pragma once

#include <functional>

#include "antiphon/providers/speech/registry.hpp"

namespace antiphon {

/// Speaks a text as canonical audio; runs on the thread of the run.
using VoiceFunction = std::function<Task<audio::Samples>(SpeechRequest)>;
/// Understands canonical audio.
using EarFunction = std::function<Task<Recognition>(audio::Samples, RecognitionSettings)>;

/// A voice, or recogniser, of one's own, to be added to a `SpeechRegistry`.
///
/// What the function throws is the provider's error. @param waits_on_clock_alone it computes in this process, or waits on the run's clock: virtual time may be
/// used
SpeechRegistry::VoiceProvider custom_voice(std::string name, VoiceFunction speak, bool waits_on_clock_alone = false);
SpeechRegistry::EarProvider custom_ear(std::string name, EarFunction listen, bool waits_on_clock_alone = false);

}  // namespace antiphon
