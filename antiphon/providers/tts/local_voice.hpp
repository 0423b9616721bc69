#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>

#include "antiphon/base/runtime.hpp"
#include "antiphon/providers/tts/text/readings.hpp"
#include "antiphon/providers/tts/text_to_speech.hpp"

namespace antiphon {

/// A voice that computes in this process, sentence by sentence: the first can be heard while the others are not computed yet.
///
/// What comes out is trimmed (0.05 s before, 0.1 s after the words; 0.2 s more between sentences) and brought to −23 dBFS.
class LocalVoice final : public TextToSpeech {
 public:
  /// Says one piece of plain text, as canonical audio of any level; empty where nothing of it can be said. Called from several threads at once; equal
  /// arguments give equal samples.
  using Say = std::function<audio::Samples(const std::string& piece, const SpeechRequest& how)>;

  LocalVoice(std::string name, Runtime& runtime, Say say, const std::map<std::string, std::string>& lexicon);
  Task<std::unique_ptr<SpeechStream>> synthesize(SpeechRequest request, Deadline deadline) override;
  const SpeechCapabilities& capabilities() const override { return capabilities_; }
  const std::string& name() const override { return name_; }

 private:
  std::string name_;
  Runtime& runtime_;
  Say say_;
  spoken::Respelling respelling_;
  SpeechCapabilities capabilities_{.streaming = true, .styles = false, .speeds = true, .waits_on_clock_alone = true};
};

/// @throws Error configuration unless `name` is one of `voices` of `provider`, naming the nearest.
void check_voice_name(std::string_view provider, std::string_view name, std::span<const std::string> voices);

/// Keeps `before` and `after` seconds of what lies around the audible part; nothing where all is silent.
audio::Samples trimmed(audio::SampleView samples, double before_s, double after_s);

}  // namespace antiphon
