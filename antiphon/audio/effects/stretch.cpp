#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
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

using Four = float __attribute__((vector_size(16)));

Four four(const float* at) {
  Four values;
  std::memcpy(&values, at, sizeof values);
  return values;
}

// From left to right, the order that every result so far was rounded in: of lags that are nearly as good, another could win.
float sum(float first, const Four& values) { return first + values[0] + values[1] + values[2] + values[3]; }

/// How well the pieces that begin at `b`, `b + 1` … go on where that at `a` ended, whatever their level. Many sums side by side: one would wait for each
/// addition.
template <std::size_t Count>
std::array<float, Count> likenesses(const float* a, const float* b, std::ptrdiff_t length) {
  std::array<Four, Count> dots{}, powers{};
  for (std::ptrdiff_t i = 0; i < length; i += 4)
    for (std::size_t n = 0; n < Count; ++n) {
      const auto other = four(b + i + n);
      dots[n] += four(a + i) * other;
      powers[n] += other * other;
    }
  std::array<float, Count> found;
  for (std::size_t n = 0; n < Count; ++n) {
    const float dot = sum(0, dots[n]);
    found[n] = dot * std::abs(dot) / sum(1, powers[n]);
  }
  return found;
}

/// Which of the pieces at `b`, `b + 1` … `b + count − 1` is most like what should follow; of equal ones the first.
std::ptrdiff_t best_of(const float* wanted, const float* b, std::ptrdiff_t count, std::ptrdiff_t length) {
  constexpr std::ptrdiff_t together = 4;
  std::ptrdiff_t best = 0, next = 0;
  float most = -std::numeric_limits<float>::infinity();
  const auto compare = [&](float like) {
    if (like > most) most = like, best = next;
    ++next;
  };
  while (next + together <= count) std::ranges::for_each(likenesses<together>(wanted, b + next, length), compare);
  while (next < count) compare(likenesses<1>(wanted, b + next, length)[0]);
  return best;
}

/// Every fourth sample, from each of the first four on: side by side, so that a coarse search reads what lies together.
class Phases {
 public:
  explicit Phases(const std::vector<float>& input) {
    for (std::size_t phase = 0; phase < phases_.size(); ++phase) {
      phases_[phase].reserve(input.size() / coarse + 1);
      for (auto at = phase; at < input.size(); at += coarse) phases_[phase].push_back(input[at]);
    }
  }
  const float* at(std::ptrdiff_t sample) const { return phases_[static_cast<std::size_t>(sample % coarse)].data() + sample / coarse; }

 private:
  std::array<std::vector<float>, coarse> phases_;
};

}  // namespace

Samples stretch(SampleView samples, double factor) {
  static const auto window = make_window();
  const auto length = static_cast<std::size_t>(std::llround(static_cast<double>(samples.size()) / factor));
  // Silence around the input, so that no piece asks for what is not there.
  constexpr std::ptrdiff_t margin = piece + reach;
  std::vector<float> input(samples.size() + 3 * margin);
  std::ranges::copy(samples, input.begin() + margin);
  const Phases phases(input);
  std::vector<float> output(length + 2 * piece);
  const auto last = static_cast<std::ptrdiff_t>(input.size()) - piece - half;
  std::ptrdiff_t taken = margin - half;
  for (std::ptrdiff_t made = 0; made < static_cast<std::ptrdiff_t>(length) + half; made += half) {
    if (made > 0) {
      const auto target = margin - half + static_cast<std::ptrdiff_t>(std::llround(static_cast<double>(made) * factor));
      const auto low = std::clamp<std::ptrdiff_t>(target - reach, 0, last), high = std::clamp<std::ptrdiff_t>(target + reach, 0, last);
      const auto wanted = std::min(taken + half, last);
      const auto rough = low + coarse * best_of(phases.at(wanted), phases.at(low), (high - low) / coarse + 1, piece / coarse);
      const auto from = std::max(low, rough - coarse + 1), to = std::min(high, rough + coarse - 1);
      taken = from + best_of(input.data() + wanted, input.data() + from, to - from + 1, piece);
    }
    for (std::ptrdiff_t i = 0; i < piece; ++i)
      output[static_cast<std::size_t>(made + i)] += window[static_cast<std::size_t>(i)] * input[static_cast<std::size_t>(taken + i)];
  }
  Samples stretched(length);
  for (std::size_t i = 0; i < length; ++i) stretched[i] = to_sample(output[i + half]);
  return stretched;
}

}  // namespace antiphon::audio::effects
