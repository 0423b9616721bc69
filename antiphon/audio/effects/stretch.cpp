#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "antiphon/audio/effects/internal/stretch.hpp"

namespace antiphon::audio::effects {

namespace {

// A piece of 30 ms, half of it shared with the next; 8 ms each way to find the best fit cover one period of a voice from 62 Hz on.
constexpr std::ptrdiff_t piece = 720, half = piece / 2, reach = 192;
// A coarse search over every fourth lag and sample, then a fine one around its best: a sixteenth of the work.
constexpr std::ptrdiff_t coarse = 4;
static_assert(piece % (4 * coarse) == 0);

std::array<float, piece> make_window() {
  std::array<float, piece> window;
  for (std::size_t i = 0; i < window.size(); ++i)
    window[i] = static_cast<float>(0.5 - 0.5 * std::cos(2 * std::numbers::pi * (static_cast<double>(i) + 0.5) / static_cast<double>(piece)));
  return window;
}

/// How well the piece at `b` goes on where that at `a` ended, whatever their level. Four sums side by side: one would wait for each addition.
float likeness(const float* a, const float* b, std::ptrdiff_t step) {
  std::array<float, 4> dots{}, powers{};
  for (std::ptrdiff_t i = 0; i < piece; i += 4 * step)
    for (std::size_t lane = 0; lane < 4; ++lane) {
      const auto at = i + static_cast<std::ptrdiff_t>(lane) * step;
      dots[lane] += a[at] * b[at];
      powers[lane] += b[at] * b[at];
    }
  const float dot = dots[0] + dots[1] + dots[2] + dots[3];
  return dot * std::abs(dot) / (1 + powers[0] + powers[1] + powers[2] + powers[3]);
}

std::ptrdiff_t best_lag(const float* wanted, const float* around, std::ptrdiff_t from, std::ptrdiff_t to, std::ptrdiff_t step) {
  std::ptrdiff_t best = from;
  float most = likeness(wanted, around + from, step);
  for (auto lag = from + step; lag <= to; lag += step)
    if (const float now = likeness(wanted, around + lag, step); now > most) most = now, best = lag;
  return best;
}

}  // namespace

Samples stretch(SampleView samples, double factor) {
  static const auto window = make_window();
  const auto length = static_cast<std::size_t>(std::llround(static_cast<double>(samples.size()) / factor));
  // Silence around the input, so that no piece asks for what is not there.
  constexpr std::ptrdiff_t margin = piece + reach;
  std::vector<float> input(samples.size() + 3 * margin);
  std::ranges::copy(samples, input.begin() + margin);
  std::vector<float> output(length + 2 * piece);
  const auto last = static_cast<std::ptrdiff_t>(input.size()) - piece - half;
  std::ptrdiff_t taken = margin - half;
  for (std::ptrdiff_t made = 0; made < static_cast<std::ptrdiff_t>(length) + half; made += half) {
    if (made > 0) {
      const auto target = margin - half + static_cast<std::ptrdiff_t>(std::llround(static_cast<double>(made) * factor));
      const auto low = std::clamp<std::ptrdiff_t>(target - reach, 0, last), high = std::clamp<std::ptrdiff_t>(target + reach, 0, last);
      const auto* wanted = input.data() + std::min(taken + half, last);
      const auto rough = best_lag(wanted, input.data(), low, high, coarse);
      taken = best_lag(wanted, input.data(), std::max(low, rough - coarse + 1), std::min(high, rough + coarse - 1), 1);
    }
    for (std::ptrdiff_t i = 0; i < piece; ++i)
      output[static_cast<std::size_t>(made + i)] += window[static_cast<std::size_t>(i)] * input[static_cast<std::size_t>(taken + i)];
  }
  Samples stretched(length);
  for (std::size_t i = 0; i < length; ++i) stretched[i] = to_sample(output[i + half]);
  return stretched;
}

}  // namespace antiphon::audio::effects
