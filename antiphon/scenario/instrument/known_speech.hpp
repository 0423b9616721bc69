#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "antiphon/providers/speech/registry.hpp"
#include "antiphon/result/call_record.hpp"

namespace antiphon::instrument {

/// A clean signal of which is known where somebody speaks: canonical audio with nothing but silence around its voiced spans.
struct KnownSpeech {
  audio::Samples samples;
  std::vector<VoicedSpan> voiced{};  ///< since its first sample
};

/// Voiced is what lies between the first and the last moment of a clean signal that is this loud.
struct Audible {
  double rms;
  std::size_t window;  ///< samples over which it is taken
};
/// −55 dBFS over 10 ms; where noise will lie over it 3 dB below the noise, over 20 ms: what is fainter or shorter nobody hears there.
Audible audible_over(std::optional<double> noise_dbfs);

/// Says phrases, without silence around them. Any thread.
class KnownVoice {
 public:
  explicit KnownVoice(std::string name) : name_(std::move(name)) {}
  virtual ~KnownVoice() = default;
  const std::string& name() const { return name_; }
  /// Of about so many seconds at least; −23 dBFS (active level).
  virtual audio::Samples phrase(std::size_t which, double seconds) const = 0;

 private:
  std::string name_;
};

/// Pulses through three resonances that move from vowel to vowel, with breath and syllables: no language, and the same on every machine.
std::unique_ptr<KnownVoice> pulse_voice();
/// Sentences that this voice was made to say, here and now. @throws Error configuration where it is not installed.
std::unique_ptr<KnownVoice> spoken_voice(const std::string& voice);
/// pulse, flite/slt, flite/rms, and hibari/heart where it is installed.
std::vector<std::shared_ptr<const KnownVoice>> known_voices();

struct LineShape {
  Duration lead{std::chrono::milliseconds(50)};   ///< silence before the first word
  Duration tail{std::chrono::milliseconds(100)};  ///< and after the last
  Duration pause{0};                              ///< inside, after the first phrase; zero: one phrase
  double seconds = 1.5;                           ///< about as long is each phrase, at least
  std::optional<double> noise_dbfs{};             ///< that will lie under it
};
KnownSpeech say(const KnownVoice& voice, std::size_t which, const LineShape& shape);

/// Where it is voiced after something was taken away from it: from the first voiced sample to the last.
std::vector<VoicedSpan> voiced_in(audio::SampleView clean, std::optional<double> noise_dbfs);
/// The end of what is voiced before `end`: samples from there on do not count.
std::size_t voiced_end(audio::SampleView clean, std::size_t end, const Audible& audible);

}  // namespace antiphon::instrument
