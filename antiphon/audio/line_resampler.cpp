#include "antiphon/audio/line_resampler.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <mutex>
#include <numbers>
#include <numeric>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"

namespace antiphon::audio {

namespace {

constexpr double crossings = 32;   // of the sinc on either side, in samples of the lower rate
constexpr double cut_off = 0.475;  // of the lower rate
constexpr double shape = 7.5;      // of the Kaiser window: its side lobes lie 75 dB down

double bessel(double x) {
  double sum = 1, term = 1;
  for (int k = 1; term > sum * 1e-12; ++k) {
    term *= (x / (2 * k)) * (x / (2 * k));
    sum += term;
  }
  return sum;
}

/// The filter's answer `at` samples of the lower rate from its middle.
double response(double at) {
  const double inside = 1 - at * at / (crossings * crossings);
  if (inside <= 0) return 0;
  const double x = 2 * cut_off * std::numbers::pi * at;
  return (std::abs(x) < 1e-9 ? 1 : std::sin(x) / x) * bessel(shape * std::sqrt(inside));
}

/// Sixteen sums side by side: one alone would wait for each addition.
float product(const float* a, const float* b, std::size_t size) {
  std::array<float, 16> sums{};
  std::size_t k = 0;
  for (; k + sums.size() <= size; k += sums.size())
    for (std::size_t lane = 0; lane < sums.size(); ++lane) sums[lane] += a[k + lane] * b[k + lane];
  float rest = 0;
  for (; k < size; ++k) rest += a[k] * b[k];
  return std::accumulate(sums.begin(), sums.end(), rest);
}

void require_rate(int rate_hz) {
  if (rate_hz < 8000 || rate_hz > 48000 || rate_hz % 25 != 0)
    throw Error(ErrorKind::configuration, fmt::format("a line's rate of {} Hz is no multiple of 25 Hz between 8,000 and 48,000 Hz", rate_hz));
}

}  // namespace

std::shared_ptr<const LineResampler::Filter> LineResampler::filter_for(int from_hz, int to_hz) {
  static std::mutex mutex;
  static std::map<std::pair<int, int>, std::shared_ptr<const Filter>> known;
  const std::scoped_lock lock(mutex);
  auto& filter = known[{from_hz, to_hz}];
  if (filter) return filter;
  const auto common = std::gcd(from_hz, to_hz);
  const double step = static_cast<double>(std::min(from_hz, to_hz)) / from_hz;  // samples of the lower rate per sample of the input
  auto made = std::make_shared<Filter>(Filter{.up = static_cast<std::size_t>(to_hz / common),
                                              .down = static_cast<std::size_t>(from_hz / common),
                                              .reach = static_cast<std::size_t>(std::ceil(crossings / step)),
                                              .taps = {}});
  const auto width = 2 * made->reach;
  made->taps.resize(made->up * width);
  std::vector<double> phase(width);
  for (std::size_t p = 0; p < made->up; ++p) {
    for (std::size_t k = 0; k < width; ++k)
      phase[k] = response((static_cast<double>(p) / static_cast<double>(made->up) - static_cast<double>(k) + static_cast<double>(made->reach) - 1) * step);
    const double sum = std::accumulate(phase.begin(), phase.end(), 0.0);
    for (std::size_t k = 0; k < width; ++k) made->taps[p * width + k] = static_cast<float>(phase[k] / sum);
  }
  return filter = std::move(made);
}

LineResampler::LineResampler(int from_hz, int to_hz) {
  require_rate(from_hz);
  require_rate(to_hz);
  if (from_hz != to_hz) filter_ = filter_for(from_hz, to_hz);
  begin();
}

void LineResampler::begin() {
  first_ = in_ = out_ = sound_end_ = 0;
  if (filter_) input_.assign(filter_->reach - 1, 0.0F);
}

Samples LineResampler::feed(SampleView samples) {
  if (!filter_) return {samples.begin(), samples.end()};
  input_.insert(input_.end(), samples.begin(), samples.end());
  if (const auto sound = std::find_if(samples.rbegin(), samples.rend(), [](Sample sample) { return sample != 0; }); sound != samples.rend())
    sound_end_ = in_ + static_cast<std::size_t>(samples.rend() - sound) + filter_->reach;
  in_ += samples.size();
  Samples output;
  // Output n stands at n · down / up of the input and needs `reach` samples beyond.
  if (in_ > filter_->reach) make(((in_ - filter_->reach) * filter_->up + filter_->down - 1) / filter_->down, output);
  return output;
}

Samples LineResampler::finish() {
  Samples output;
  if (!filter_) return output;
  input_.resize(input_.size() + filter_->reach + 1, 0.0F);
  make((in_ * filter_->up + filter_->down / 2) / filter_->down, output);
  begin();
  return output;
}

/// Until `count` samples have come out in all.
void LineResampler::make(std::size_t count, Samples& output) {
  const auto width = 2 * filter_->reach;
  output.reserve(count > out_ ? count - out_ : 0);
  for (; out_ < count; ++out_) {
    const auto at = out_ * filter_->down;
    const auto* taps = filter_->taps.data() + at % filter_->up * width;
    const auto* input = input_.data() + (at / filter_->up - first_);
    // Where nothing but silence is in reach, silence comes out: most of a call.
    output.push_back(at / filter_->up >= sound_end_ ? Sample{0} : to_sample(static_cast<double>(product(taps, input, width))));
  }
  const auto next = out_ * filter_->down / filter_->up;
  const auto gone = std::min(next > first_ ? next - first_ : 0, input_.size());
  input_.erase(input_.begin(), input_.begin() + static_cast<std::ptrdiff_t>(gone));
  first_ += gone;
}

}  // namespace antiphon::audio
