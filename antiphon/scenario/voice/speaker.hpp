#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "antiphon/audio/effects/effect.hpp"
#include "antiphon/audio/effects/noise.hpp"
#include "antiphon/result/call_record.hpp"
#include "antiphon/scenario/voice/voice_options.hpp"

namespace antiphon::voice {

/// Audio that our user is going to send.
struct Speech {
  std::shared_ptr<const audio::Samples> samples;  ///< never null; others may play the same
  std::vector<VoicedSpan> voiced{};               ///< since its first sample; none where effects leave nothing of the speech to hear
  bool own_noise = false;                         ///< with effects of its own: what lies under the line does not lie under it
};

/// Finds what was recorded elsewhere, on another thread than the call's, since that may take a while.
using FindRecording = std::function<std::shared_ptr<const audio::Samples>()>;

struct EffectChain {
  std::vector<audio::Effect> effects{};
  bool adds_sound = false;  ///< one of them does
};

/// Our user's voice: text to speech, effects on it (VOX-20). Belongs to one run.
class Speaker {
 public:
  /// @throws Error as `SpeechRegistry::open` and `audio::make_effect`.
  Speaker(Runtime& runtime, const VoiceOptions& options, const SpeechRegistry& speech, const SpeechContext& context, bool line_is_paced);

  /// `style` and `effects`, where given, hold for this text alone. @throws Error as `TextToSpeech`, party provider.
  Task<Speech> speak(std::string text, std::string style, const std::optional<std::vector<VoiceEffect>>& effects, Deadline deadline);
  /// What was recorded elsewhere, with the effects on it. @throws whatever `recording` throws.
  Task<Speech> play(FindRecording recording, std::optional<std::vector<VoiceEffect>> effects);
  /// A text of many uses, without effects; `aside` puts them on.
  Task<audio::Samples> synthesise(std::string text, std::string style, Deadline deadline);
  /// The sound of an interjection now: whether there was one changes nothing about what else is said.
  Speech aside(std::shared_ptr<const audio::Samples> samples);
  /// From the next text on (VOX-41). @throws Error configuration.
  void set_effects(const std::vector<VoiceEffect>& effects);

  /// What lies under every frame of a paced line: the effect `background_noise`, where there is one. True where `set_effects` has changed it since.
  bool noise_changed() const { return noise_changed_; }
  std::optional<audio::NoiseSource> take_noise() {
    noise_changed_ = false;
    return std::exchange(noise_, std::nullopt);
  }
  const std::string& voice() const { return voice_.name; }
  const std::optional<std::string>& notice() const { return voice_.notice; }

 private:
  using FindSpans = std::function<std::vector<VoicedSpan>(const std::shared_ptr<const audio::Samples>& speech, const audio::VoiceSettings& detector)>;
  Task<Speech> finish_apart(FindRecording recording, FindSpans spans, std::optional<std::vector<VoiceEffect>> effects);
  EffectChain make_effects(const std::vector<VoiceEffect>& effects, bool noise_lies_under_the_line);

  Runtime& runtime_;
  OpenVoice voice_;
  bool line_is_paced_;
  audio::VoiceSettings detector_;
  EffectChain effects_;
  std::optional<audio::NoiseSource> noise_;
  bool noise_changed_ = false;
  RandomStream random_, asides_;
};

/// Where somebody speaks in a piece of audio.
std::vector<VoicedSpan> voiced_spans(audio::SampleView samples, const audio::VoiceSettings& detector);

}  // namespace antiphon::voice
