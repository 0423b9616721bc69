#pragma once

#include <string>
#include <vector>

#include "antiphon/audio/pcm.hpp"

namespace antiphon::audio {

/// What a waveform is drawn from: the lowest and the highest sample of every step, as signed bytes (127 is full scale).
class PeakMeter {
 public:
  explicit PeakMeter(int channels = 2, double step_s = 0.01, int rate_hz = canonical_rate_hz);
  /// Interleaved, whole frames.
  void append(SampleView samples);
  /// One string per channel: a byte for the lowest, one for the highest of each step. A step that is not full counts.
  std::vector<std::string> finish();

 private:
  void close_step();

  std::size_t channels_, step_frames_, in_step_ = 0;
  std::vector<Sample> lowest_, highest_;
  std::vector<std::string> peaks_;
};

}  // namespace antiphon::audio
