#include "antiphon/audio/line_resampler.hpp"

#include <algorithm>
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

// Compiled for the vectors of several processors, of which the one at hand is chosen at start. Sums are added in one order and never fused with products, so
// that a call sounds the same on all of them.
#if defined(__x86_64__) && defined(__clang__) && !defined(__SANITIZE_THREAD__)
#define ANTIPHON_FOR_WIDE_VECTORS __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define ANTIPHON_FOR_WIDE_VECTORS
#endif

constexpr std::size_t lanes = 16;  // one sum alone would wait for each addition
using Lanes [[gnu::vector_size(lanes * sizeof(float))]] = float;
using LanesAnywhere [[gnu::vector_size(lanes * sizeof(float)), gnu::aligned(alignof(float)), gnu::may_alias]] = float;

[[gnu::always_inline]] inline float product(const float* a, const float* b, std::size_t size) {
#pragma clang fp contract(off)
  Lanes sum{};
  std::size_t k = 0;
  for (; k + lanes <= size; k += lanes) sum += *reinterpret_cast<const LanesAnywhere*>(a + k) * *reinterpret_cast<const LanesAnywhere*>(b + k);
  float rest = 0;
  for (; k < size; ++k) rest += a[k] * b[k];
  for (auto half = lanes / 2; half > 0; half /= 2)
    for (std::size_t lane = 0; lane < half; ++lane) sum[lane] += sum[lane + half];
  return sum[0] + rest;
}

[[gnu::always_inline]] inline Sample rounded(float value) {
  constexpr float whole = 0x1.8p23F;  // beyond it no float has a fraction
  value = value < -32768 ? -32768 : value > 32767 ? 32767 : value;
  return static_cast<Sample>(static_cast<int>(value + whole - whole));
}

/// A filter, and where its first output stands: `input` is the first sample in its reach, `phase` how far it lies behind, in steps of 1 / `up`.
struct Work {
  const float *taps, *input;
  std::size_t width, up, down, phase;
};

ANTIPHON_FOR_WIDE_VECTORS
void one_by_one(Work work, Sample* output, std::size_t count) {
  for (std::size_t n = 0; n < count; ++n) {
    output[n] = rounded(product(work.taps + work.phase * work.width, work.input, work.width));
    work.phase += work.down;
    work.input += work.phase / work.up;
    work.phase %= work.up;
  }
}

/// Where `down` is 1, the inputs of outputs of one phase are neighbours: sixteen of them are made at once. `input` has that many samples more than they need.
ANTIPHON_FOR_WIDE_VECTORS
void side_by_side(Work work, Sample* output, std::size_t count) {
#pragma clang fp contract(off)
  for (std::size_t n = 0; n < work.up; ++n) {
    const float* taps = work.taps + (work.phase + n) % work.up * work.width;
    const float* input = work.input + (work.phase + n) / work.up;
    for (std::size_t at = n; at < count; at += lanes * work.up, input += lanes) {
      Lanes even{}, odd{};
      for (std::size_t k = 0; k < work.width; k += 2) {
        even += *reinterpret_cast<const LanesAnywhere*>(input + k) * taps[k];
        odd += *reinterpret_cast<const LanesAnywhere*>(input + k + 1) * taps[k + 1];
      }
      even += odd;
      for (std::size_t lane = 0, to = at; lane < lanes && to < count; ++lane, to += work.up) output[to] = rounded(even[lane]);
    }
  }
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
  const auto known = input_.size();
  input_.resize(known + samples.size());
  std::ranges::copy(samples, input_.begin() + static_cast<std::ptrdiff_t>(known));
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
  if (count <= out_) return;
  const auto at = out_ * filter_->down;
  // Where nothing but silence is in reach, silence comes out: most of a call.
  const auto sounding = std::clamp((sound_end_ * filter_->up + filter_->down - 1) / filter_->down, out_, count) - out_;
  output.resize(count - out_);
  const auto known = input_.size();
  input_.resize(known + lanes);
  const Work work{.taps = filter_->taps.data(),
                  .input = input_.data() + (at / filter_->up - first_),
                  .width = 2 * filter_->reach,
                  .up = filter_->up,
                  .down = filter_->down,
                  .phase = at % filter_->up};
  if (filter_->down == 1)
    side_by_side(work, output.data(), sounding);
  else
    one_by_one(work, output.data(), sounding);
  input_.resize(known);
  out_ = count;
  const auto next = out_ * filter_->down / filter_->up;
  const auto gone = std::min(next > first_ ? next - first_ : 0, input_.size());
  input_.erase(input_.begin(), input_.begin() + static_cast<std::ptrdiff_t>(gone));
  first_ += gone;
}

}  // namespace antiphon::audio
