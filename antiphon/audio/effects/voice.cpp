#include <algorithm>
#include <cmath>
#include <numbers>

#include "antiphon/audio/effects/internal/stretch.hpp"
#include "antiphon/audio/effects/internal/values.hpp"
#include "antiphon/audio/levels.hpp"
#include "antiphon/audio/resample.hpp"

namespace antiphon::audio::effects {

Samples volume(SampleView samples, const Values& values, RandomStream&) { return apply_gain(samples, values.number("gain_db")); }

Samples clipping(SampleView samples, const Values& values, RandomStream&) {
  const auto limit = to_sample(32767 * ratio_from_db(values.number("threshold_db")));
  Samples clipped(samples.size());
  std::ranges::transform(samples, clipped.begin(), [limit](Sample sample) { return std::clamp<Sample>(sample, static_cast<Sample>(-limit), limit); });
  return clipped;
}

Samples speed(SampleView samples, const Values& values, RandomStream&) { return stretch(samples, values.number("factor")); }

Samples pitch(SampleView samples, const Values& values, RandomStream&) {
  const double ratio = std::exp2(values.number("semitones") / 12);
  // Slower by as much as the change of rate then makes it faster. The rate is a whole number of Hz: a hundredth of a semitone at most.
  auto shifted = resample(stretch(samples, 1 / ratio), static_cast<int>(std::lround(canonical_rate_hz * ratio)), canonical_rate_hz);
  shifted.resize(samples.size());
  return shifted;
}

Samples robotic(SampleView samples, const Values& values, RandomStream&) {
  const double step = 2 * std::numbers::pi * values.number("frequency_hz") / canonical_rate_hz;
  Samples modulated(samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) modulated[i] = to_sample(samples[i] * std::sin(step * static_cast<double>(i)));
  return modulated;
}

}  // namespace antiphon::audio::effects
