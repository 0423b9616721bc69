#pragma once

#include <limits>
#include <memory>
#include <optional>

#include "antiphon/audio/pcm.hpp"

namespace antiphon::audio {

/// The level of silence, and of no audio at all.
inline constexpr double silence_dbfs = -std::numeric_limits<double>::infinity();
/// What synthesised speech is brought to.
inline constexpr double speech_dbfs = -23;

/// Of samples as they are: a full-scale square wave has 32768. 0 of no audio at all.
double rms(SampleView samples);
/// 0 dBFS is the RMS of a full-scale square wave: a full-scale sine reads −3.01.
double rms_dbfs(SampleView samples);
/// 0 dBFS is 32768.
double peak_dbfs(SampleView samples);
/// RMS of what is louder than 30 dB below the loudest 20 ms: pauses around and between words do not count.
double active_dbfs(SampleView samples, int rate_hz = canonical_rate_hz);

/// Integrated loudness as one channel; nullopt where there is too little audio (under 400 ms) or nothing above the gate of −70 LUFS.
/// @see ITU-R BS.1770-4, EBU R 128
std::optional<double> loudness_lufs(SampleView samples, int rate_hz = canonical_rate_hz);

/// The same of audio that comes in pieces: what is measured is all of them, one after the other. One thread at a time.
class LoudnessMeter {
 public:
  /// @throws Error configuration for a rate that cannot be measured.
  explicit LoudnessMeter(int rate_hz = canonical_rate_hz);
  ~LoudnessMeter();
  LoudnessMeter(const LoudnessMeter&) = delete;
  LoudnessMeter& operator=(const LoudnessMeter&) = delete;
  void feed(SampleView samples);
  std::optional<double> lufs() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Samples in runs of three or more at full scale, positive or negative: what a converter or a sum cut off.
std::size_t clipped_samples(SampleView samples);

/// 10^(db / 20).
double ratio_from_db(double db);

/// Full scale is never exceeded: what is louder is clipped. @throws Error configuration unless −120 ≤ gain ≤ 60 dB (NaN is outside).
Samples apply_gain(SampleView samples, double gain_db);

/// Brings the active level to `target_dbfs`, or less where the peak would pass −1 dBFS. Silence stays silence.
/// @throws Error configuration unless −60 ≤ target ≤ 0.
Samples normalise(SampleView samples, double target_dbfs = speech_dbfs, int rate_hz = canonical_rate_hz);

}  // namespace antiphon::audio
