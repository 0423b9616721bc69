#include "antiphon/providers/tts/hibari/signal.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <memory>
#include <numbers>

#include <kiss_fftr.h>

#include "antiphon/base/random.hpp"

// The signal path of the package hibari-tts (Apache-2.0; its NOTICE lies beside the model), written anew.
namespace antiphon::hibari {

namespace {

using Complex = std::complex<float>;
using Floats = std::vector<float>;

constexpr std::size_t window_samples = 1200;
constexpr float highest_harmonic_hz = 11000, least_pitch_hz = 40;
constexpr float largest_log = 7;  // e⁷: what a damaged network may say
constexpr float pi = std::numbers::pi_v<float>;

struct FftDeleter {
  void operator()(kiss_fftr_cfg config) const { kiss_fftr_free(config); }
};

/// A transform of the window's length, both ways. One thread.
class Transform {
 public:
  void forward(const float* in, std::vector<Complex>& out) { kiss_fftr(forward_.get(), in, reinterpret_cast<kiss_fft_cpx*>(out.data())); }
  void inverse(const std::vector<Complex>& in, float* out) {
    kiss_fftri(inverse_.get(), reinterpret_cast<const kiss_fft_cpx*>(in.data()), out);
    for (std::size_t i = 0; i < window_samples; ++i) out[i] /= window_samples;
  }

 private:
  using Config = std::unique_ptr<kiss_fftr_state, FftDeleter>;
  Config forward_{kiss_fftr_alloc(window_samples, 0, nullptr, nullptr)};
  Config inverse_{kiss_fftr_alloc(window_samples, 1, nullptr, nullptr)};
};

const Floats& window() {
  static const auto hann = [] {
    Floats values(window_samples);
    for (std::size_t i = 0; i < window_samples; ++i) values[i] = 0.5F - 0.5F * std::cos(2 * pi * static_cast<float>(i) / window_samples);
    return values;
  }();
  return hann;
}

/// The pitch half way between two frames is between theirs.
double pitch_at(const Floats& pitch_hz, std::size_t frame, std::size_t sample) {
  const double from_middle = (static_cast<double>(sample) + 0.5) / frame_samples - 0.5;
  const auto last = pitch_hz.size() - 1;
  const auto neighbour = from_middle < 0 ? (frame == 0 ? 0 : frame - 1) : std::min(frame + 1, last);
  const double share = std::fabs(from_middle);
  return pitch_hz[frame] * (1 - share) + pitch_hz[neighbour] * share;
}

/// The sum of all harmonics up to the highest, at a phase within 0 … 1.
float pulse_at(double phase, double pitch_hz) {
  const auto angle = static_cast<float>(2 * std::numbers::pi * phase);
  const auto harmonics = std::floor(highest_harmonic_hz / static_cast<float>(pitch_hz)) + 0.5F;
  const auto divisor = 2 * std::sin(0.5F * angle);
  return (std::fabs(divisor) <= 2e-3F ? harmonics : std::sin(harmonics * angle) / divisor) - 0.5F;
}

Floats pulses(const Floats& pitch_hz, float factor) {
  Floats train(pitch_hz.size() * frame_samples);
  double phase = 0;
  for (std::size_t i = 0; i < train.size(); ++i) {
    const auto pitch = factor * pitch_at(pitch_hz, i / frame_samples, i % frame_samples);
    const auto advance = std::max<double>(pitch, least_pitch_hz);
    phase += advance / audio::canonical_rate_hz;
    phase -= std::floor(phase);
    train[i] = pitch > least_pitch_hz ? pulse_at(phase, advance) : 0;
  }
  return train;
}

/// Half a window more on both sides, mirrored at the ends.
Floats padded(const Floats& train) {
  constexpr auto half = static_cast<std::ptrdiff_t>(window_samples / 2);
  const auto length = static_cast<std::ptrdiff_t>(train.size());
  Floats more(train.size() + window_samples);
  for (std::ptrdiff_t i = 0; i < length + 2 * half; ++i) {
    auto at = std::abs(i - half);
    if (at >= length) at = 2 * (length - 1) - at;
    more[static_cast<std::size_t>(i)] = train[static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(at, 0, length - 1))];
  }
  return more;
}

float loudness(float logarithm) { return std::exp(std::min(logarithm, largest_log)); }

/// Normal in both parts, by Box and Muller's rule.
Complex noise_of(std::uint64_t bits) {
  const auto radius = std::sqrt(-2 * std::log((static_cast<float>(bits >> 40U) + 1) / 16777217.0F));
  return std::polar(radius, 2 * pi * static_cast<float>(bits & 0xffffffU) / 16777216.0F);
}

void shape(std::vector<Complex>& bins, const Spectrum& spectrum, std::size_t frame, const Speaker& speaker, RandomStream& random) {
  const auto gain = std::sqrt(speaker.pitch);  // fewer harmonics would sound softer
  for (std::size_t band = 0; band < bands; ++band) {
    const auto source = std::min(static_cast<std::size_t>(static_cast<float>(band) / speaker.tract), bands - 1);
    const auto at = source * spectrum.frames() + frame;
    const auto voice = std::polar(gain * loudness(spectrum.gain[at]), pi * std::tanh(spectrum.turn[at]));
    const auto rest = std::polar(loudness(spectrum.remainder[at]), spectrum.remainder_turn[at]);
    bins[band] = bins[band] * voice + loudness(spectrum.noise[at]) * noise_of(random.next()) + rest;
  }
}

/// Adds overlapping windows and divides by how much of them lies at each place.
class OverlapAdd {
 public:
  explicit OverlapAdd(std::size_t frames) : sum_((frames + 3) * frame_samples), weight_(sum_.size()) {}

  void add(std::size_t frame, const Floats& samples) {
    for (std::size_t i = 0; i < window_samples; ++i) {
      sum_[frame * frame_samples + i] += samples[i] * window()[i];
      weight_[frame * frame_samples + i] += window()[i] * window()[i];
    }
  }
  audio::Samples samples(std::size_t frames) const {
    audio::Samples out(frames * frame_samples);
    for (std::size_t i = 0; i < out.size(); ++i) {
      const auto at = i + window_samples / 2;
      if (at < sum_.size()) out[i] = audio::to_sample(32768.0 * sum_[at] / std::max(weight_[at], 1e-6F));
    }
    return out;
  }

 private:
  Floats sum_, weight_;
};

}  // namespace

audio::Samples synthesised(const Spectrum& spectrum, const Speaker& speaker, std::uint64_t seed) {
  if (spectrum.frames() == 0) return {};
  thread_local Transform transform;
  RandomStream random(seed);
  const auto train = padded(pulses(spectrum.pitch_hz, speaker.pitch));
  OverlapAdd sum(spectrum.frames());
  Floats frame(window_samples);
  std::vector<Complex> bins(bands);
  for (std::size_t k = 0; k < spectrum.frames(); ++k) {
    for (std::size_t i = 0; i < window_samples; ++i) frame[i] = train[k * frame_samples + i] * window()[i] / frame_samples;
    transform.forward(frame.data(), bins);
    shape(bins, spectrum, k, speaker, random);
    transform.inverse(bins, frame.data());
    sum.add(k, frame);
  }
  return sum.samples(spectrum.frames());
}

}  // namespace antiphon::hibari
