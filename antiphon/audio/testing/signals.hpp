#pragma once

#include <cmath>
#include <numbers>

#include "antiphon/audio/pcm.hpp"
#include "antiphon/base/random.hpp"

/// Signals whose truth is known, for tests and benchmarks.
namespace antiphon::audio::testing {

/// `amplitude` is relative to full scale.
inline Samples sine(double hz, double seconds, double amplitude = 0.5, int rate_hz = canonical_rate_hz) {
  Samples samples(static_cast<std::size_t>(std::lround(seconds * rate_hz)));
  for (std::size_t i = 0; i < samples.size(); ++i)
    samples[i] = to_sample(32767 * amplitude * std::sin(2 * std::numbers::pi * hz * static_cast<double>(i) / rate_hz));
  return samples;
}

inline Samples silence(double seconds, int rate_hz = canonical_rate_hz) { return Samples(static_cast<std::size_t>(std::lround(seconds * rate_hz))); }

/// White, of that RMS.
inline Samples noise(double seconds, double rms_dbfs, std::uint64_t seed = 1, int rate_hz = canonical_rate_hz) {
  RandomStream random(seed);
  Samples samples(static_cast<std::size_t>(std::lround(seconds * rate_hz)));
  for (auto& sample : samples) sample = to_sample(random.normal() * 32768 * std::pow(10, rms_dbfs / 20));
  return samples;
}

/// With its power in the lower third of the band, as that of speech is; `level` is the highest step from sample to sample.
inline Samples speech_noise(std::chrono::nanoseconds length, double level, std::uint64_t seed) {
  RandomStream random(seed);
  Samples samples(samples_in(length));
  double smooth = 0;
  for (auto& sample : samples) sample = to_sample(smooth = 0.7 * smooth + level * (2 * random.uniform() - 1));
  return samples;
}

/// Any values, full range.
inline Samples anything(std::size_t count, RandomStream& random) {
  Samples samples(count);
  for (auto& sample : samples) sample = static_cast<Sample>(random.next());
  return samples;
}

inline Samples joined(std::initializer_list<Samples> parts) {
  Samples all;
  for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

inline Samples sum(SampleView a, SampleView b) {
  Samples both(a.begin(), a.end());
  for (std::size_t i = 0; i < both.size() && i < b.size(); ++i) both[i] = to_sample(double{} + both[i] + b[i]);
  return both;
}

/// Signal to noise of `got` against `wanted`, in dB, over what both have without `margin` at each end.
inline double snr_db(SampleView wanted, SampleView got, std::size_t margin = 0) {
  double signal = 0, error = 1e-9;
  for (std::size_t i = margin; i + margin < std::min(wanted.size(), got.size()); ++i) {
    const double difference = static_cast<double>(got[i]) - wanted[i];
    signal += static_cast<double>(wanted[i]) * wanted[i];
    error += difference * difference;
  }
  return 10 * std::log10(signal / error);
}

/// Power of one frequency relative to full scale, in dB: a full-scale sine reads 0.
inline double tone_db(SampleView samples, double hz, int rate_hz = canonical_rate_hz) {
  double re = 0, im = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double phase = 2 * std::numbers::pi * hz * static_cast<double>(i) / rate_hz;
    re += samples[i] * std::cos(phase), im += samples[i] * std::sin(phase);
  }
  const double scale = 2 / (32767.0 * static_cast<double>(samples.size()));
  return 20 * std::log10(std::hypot(re, im) * scale + 1e-12);
}

/// Words without a language: pulses through three resonances, with a pause every `word_s`; RMS about `dbfs` where voiced.
inline Samples speech(double seconds, double dbfs = -23, double pitch_hz = 120, std::uint64_t seed = 1) {
  RandomStream random(seed);
  const double vowels[][3] = {{730, 1090, 2440}, {270, 2290, 3010}, {300, 870, 2240}, {530, 1840, 2480}, {640, 1190, 2390}};
  std::vector<double> wave(static_cast<std::size_t>(std::lround(seconds * canonical_rate_hz)));
  double y[3][2] = {}, phase = 0;
  std::size_t vowel = 0;
  for (std::size_t i = 0; i < wave.size(); ++i) {
    const double t = static_cast<double>(i) / canonical_rate_hz;
    if (i % 3600 == 0) vowel = random.below(5);
    phase += pitch_hz * (1 + 0.1 * std::sin(2 * std::numbers::pi * 1.3 * t)) / canonical_rate_hz;
    double x = 0.05 * random.normal();
    if (phase >= 1) phase -= 1, x += 10;
    double out = 0;
    for (int k = 0; k < 3; ++k) {
      const double r = std::exp(-std::numbers::pi * (60 + 40 * k) / canonical_rate_hz),
                   c = 2 * r * std::cos(2 * std::numbers::pi * vowels[vowel][k] / canonical_rate_hz);
      const double now = (1 - r) * x + c * y[k][0] - r * r * y[k][1];
      y[k][1] = y[k][0], y[k][0] = now, out += now / (1 + k);
    }
    wave[i] = out * (0.6 + 0.4 * std::sin(2 * std::numbers::pi * 4 * t));
  }
  double power = 1e-12;
  for (const double value : wave) power += value * value;
  const double gain = 32768 * std::pow(10, dbfs / 20) / std::sqrt(power / static_cast<double>(wave.size()));
  Samples samples(wave.size());
  for (std::size_t i = 0; i < wave.size(); ++i) samples[i] = to_sample(wave[i] * gain);
  return samples;
}

}  // namespace antiphon::audio::testing
