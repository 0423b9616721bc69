#pragma once

#include <cmath>
#include <numbers>
#include <span>
#include <vector>

#include "antiphon/audio/pcm.hpp"

namespace antiphon::audio::effects {

using Wave = std::vector<double>;

inline Wave wave_of(SampleView samples) { return {samples.begin(), samples.end()}; }

inline Samples samples_of(const Wave& wave) {
  Samples samples(wave.size());
  for (std::size_t i = 0; i < wave.size(); ++i) samples[i] = to_sample(wave[i]);
  return samples;
}

/// A filter of second order (transposed direct form II). @see R. Bristow-Johnson, Audio EQ Cookbook
class Biquad {
 public:
  static Biquad low_pass(double hz, double q, int rate_hz = canonical_rate_hz) {
    const Angle a(hz, q, rate_hz);
    return {(1 - a.cos) / 2, 1 - a.cos, (1 - a.cos) / 2, a};
  }
  static Biquad high_pass(double hz, double q, int rate_hz = canonical_rate_hz) {
    const Angle a(hz, q, rate_hz);
    return {(1 + a.cos) / 2, -(1 + a.cos), (1 + a.cos) / 2, a};
  }
  /// Peak gain 1.
  static Biquad band_pass(double hz, double q, int rate_hz = canonical_rate_hz) {
    const Angle a(hz, q, rate_hz);
    return {a.alpha, 0, -a.alpha, a};
  }

  double operator()(double x) {
    const double y = b0_ * x + z1_;
    z1_ = b1_ * x - a1_ * y + z2_;
    z2_ = b2_ * x - a2_ * y;
    return y;
  }
  void run(std::span<double> wave) {
    for (auto& value : wave) value = (*this)(value);
  }

 private:
  struct Angle {
    Angle(double hz, double q, int rate_hz) {
      const double w = 2 * std::numbers::pi * hz / rate_hz;
      cos = std::cos(w), alpha = std::sin(w) / (2 * q);
    }
    double cos, alpha;
  };
  Biquad(double b0, double b1, double b2, const Angle& a)
      : b0_(b0 / (1 + a.alpha)), b1_(b1 / (1 + a.alpha)), b2_(b2 / (1 + a.alpha)), a1_(-2 * a.cos / (1 + a.alpha)), a2_((1 - a.alpha) / (1 + a.alpha)) {}
  double b0_, b1_, b2_, a1_, a2_, z1_ = 0, z2_ = 0;
};

/// The two sections of a Butterworth filter of fourth order.
inline constexpr double butterworth4_q[] = {0.54119610, 1.30656296};

inline void low_pass4(std::span<double> wave, double hz, int rate_hz = canonical_rate_hz) {
  for (const double q : butterworth4_q) Biquad::low_pass(hz, q, rate_hz).run(wave);
}
inline void high_pass4(std::span<double> wave, double hz, int rate_hz = canonical_rate_hz) {
  for (const double q : butterworth4_q) Biquad::high_pass(hz, q, rate_hz).run(wave);
}

}  // namespace antiphon::audio::effects
