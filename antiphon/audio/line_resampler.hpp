#pragma once

#include <memory>
#include <vector>

#include "antiphon/audio/pcm.hpp"

namespace antiphon::audio {

/// Changes the rate of a live line: what comes out is at most `lookahead` behind what went in, whatever the length of the pieces.
///
/// Flat to 87 % of the lower rate's band, images and aliases 75 dB down from 3 % above it. `Resampler` is the better one for whole pieces, and lags by up to
/// 80 ms. The output lines up with the input. One stream each, one thread at a time.
class LineResampler {
 public:
  /// Rates are multiples of 25 Hz from 8,000 to 48,000. @throws Error configuration for others.
  LineResampler(int from_hz, int to_hz);

  /// All that does not depend on samples to come. How the input is cut changes nothing.
  Samples feed(SampleView samples);
  /// The rest, as if silence followed: round(input · to / from) samples came out in all. What is fed afterwards is a new stream.
  Samples finish();
  /// In samples of the input: 4 ms at 8,000 Hz, less above.
  std::size_t lookahead() const { return filter_ ? filter_->reach : 0; }

 private:
  struct Filter {
    std::size_t up, down, reach;  ///< `reach`: taps on either side
    std::size_t width;            ///< taps of a phase: 2 · reach, and zeros after them where outputs are made in rows
    std::vector<float> taps;      ///< `width` for each of `up` phases

    /// Outputs of a phase stand a few whole inputs apart, so that many are made at once.
    bool in_rows() const { return up == 1 || down <= 8; }
  };
  static std::shared_ptr<const Filter> filter_for(int from_hz, int to_hz);
  void begin();
  Samples make(std::size_t count, SampleView more);
  void compute(SampleView more, std::span<Sample> output) const;

  std::shared_ptr<const Filter> filter_;  ///< none where both rates are the same
  Samples behind_;                        ///< what of the input is in reach of what comes out next: from sample `first_ - reach + 1` on
  std::size_t first_ = 0, in_ = 0, out_ = 0;
  std::size_t sound_end_ = 0;  ///< from this sample of the input on no sound is in reach
};

}  // namespace antiphon::audio
