#pragma once

#include <memory>

#include "antiphon/audio/pcm.hpp"

namespace antiphon::audio {

/// Changes the rate of a stream of samples. The output lines up with the input: what the filter looks ahead is waited for, not added as a delay.
///
/// One stream each, one thread at a time. Rates lie between 1,000 and 192,000 Hz. @throws Error configuration for others.
class Resampler {
 public:
  Resampler(int from_hz, int to_hz);
  ~Resampler();
  Resampler(Resampler&&) noexcept;
  Resampler& operator=(Resampler&&) noexcept;

  /// What is ready so far: up to some tens of milliseconds behind the input. How the input is cut changes nothing.
  Samples feed(SampleView samples);
  /// The rest. All that came out is then round(input · to / from) samples. Nothing may be fed afterwards.
  Samples finish();

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
};

/// A whole piece at once: round(samples · to / from) samples come out.
Samples resample(SampleView samples, int from_hz, int to_hz);

}  // namespace antiphon::audio
