#include <algorithm>
#include <cmath>
#include <numbers>

#include "antiphon/audio/vad/internal/narrow.hpp"

namespace antiphon::audio::internal {

namespace {

// One filter at 48 kHz, of which each output needs every second tap: the input stands at even places, silence between.
constexpr std::size_t taps = 48;
constexpr double cutoff = 7300.0 / 48000;

std::array<float, taps> make_filter() {
  std::array<float, taps> filter;
  double sum = 0;
  for (std::size_t i = 0; i < taps; ++i) {
    const double x = static_cast<double>(i) - (taps - 1) / 2.0, angle = 2 * std::numbers::pi * cutoff * x;
    const double hann = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * (static_cast<double>(i) + 0.5) / taps);
    filter[i] = static_cast<float>(std::sin(angle) / angle * hann);
    sum += filter[i];
  }
  for (auto& tap : filter) tap *= static_cast<float>(2 / sum);
  return filter;
}

}  // namespace

void Narrow::feed(SampleView samples, std::vector<float>& out) {
  static const auto filter = make_filter();
  std::vector<float> line(past_.begin(), past_.end());
  line.insert(line.end(), samples.begin(), samples.end());
  // Output m stands at 3m on the line of 48 kHz, input i at 2i.
  for (std::size_t place = 0; place < samples.size() * 2; place += 3) {
    const auto newest = reach + place / 2;
    float sum = 0;
    for (std::size_t tap = place % 2, back = 0; tap < taps; tap += 2, ++back) sum += filter[tap] * line[newest - back];
    out.push_back(sum);
  }
  std::copy(line.end() - static_cast<std::ptrdiff_t>(reach), line.end(), past_.begin());
}

}  // namespace antiphon::audio::internal
