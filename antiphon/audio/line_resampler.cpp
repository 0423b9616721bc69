#include "antiphon/audio/line_resampler.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
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
// ThreadSanitizer is not there yet when the choice is made.
#if defined(__x86_64__) && defined(__clang__)
#if !__has_feature(thread_sanitizer)
#define ANTIPHON_FOR_WIDE_VECTORS __attribute__((target_clones("avx512f", "avx2", "default")))
#endif
#endif
#ifndef ANTIPHON_FOR_WIDE_VECTORS
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

using Wide [[gnu::vector_size(lanes * sizeof(int))]] = int;
using Narrow [[gnu::vector_size(lanes * sizeof(Sample))]] = Sample;

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

constexpr std::size_t abreast = 2 * lanes;  // outputs made at once: enough sums that none waits for another

/// Outputs whose inputs are neighbours: output n is the sum of taps[k · step] · input[n + k]. Sums of even and of odd taps, so that the order is the same for
/// all. `input` has `abreast` samples more than the outputs need.
[[gnu::always_inline]] inline void add_neighbours(const float* taps, std::size_t step, std::size_t width, const float* input, Lanes (&even)[2],
                                                  Lanes (&odd)[2]) {
#pragma clang fp contract(off)
  for (std::size_t k = 0; k < width; k += 2, taps += 2 * step, input += 2)
    for (std::size_t i = 0; i < 2; ++i) {
      even[i] += *reinterpret_cast<const LanesAnywhere*>(input + i * lanes) * taps[0];
      odd[i] += *reinterpret_cast<const LanesAnywhere*>(input + i * lanes + 1) * taps[step];
    }
}

[[gnu::always_inline]] inline void put(const Lanes& sums, Sample* output) {
  constexpr float whole = 0x1.8p23F;  // as above
  const Lanes lowest = Lanes{} - 32768.0F, highest = Lanes{} + 32767.0F;
  const Lanes within = sums < lowest ? lowest : sums > highest ? highest : sums;
  const auto made = __builtin_convertvector(__builtin_convertvector(within + whole - whole, Wide), Narrow);
  std::memcpy(output, &made, sizeof made);
}

constexpr std::size_t whole_blocks(std::size_t count) { return (count + abreast - 1) / abreast * abreast; }

/// Output n of a phase stands `down` inputs behind output n - 1 of it. So their inputs are neighbours once the input is dealt out to `down` rows: row r has the
/// samples r, r + down … of it, `stride` apart. Makes a row of `made_stride` for each of `up` phases, one after the other.
ANTIPHON_FOR_WIDE_VECTORS
void make_rows(Work work, std::size_t stride, std::size_t made_stride, Sample* made) {
  const auto taps_of_row = work.width / work.down;
  for (std::size_t n = 0; n < work.up; ++n, made += made_stride) {
    const auto stands = work.phase + n * work.down;
    const float* taps = work.taps + stands % work.up * work.width;
    for (std::size_t at = 0; at < made_stride; at += abreast) {
      Lanes even[2]{}, odd[2]{};
      for (std::size_t tap = 0; tap < work.down; ++tap) {
        const auto input = stands / work.up + tap;
        add_neighbours(taps + tap, work.down, taps_of_row, work.input + input % work.down * stride + input / work.down + at, even, odd);
      }
      for (std::size_t i = 0; i < 2; ++i) put(even[i] + odd[i], made + at + i * lanes);
    }
  }
}

/// Input n · `step` of `from` as number n of `to`.
template <std::size_t step>
[[gnu::always_inline]] inline void deal(const Sample* from, std::size_t count, float* to) {
  for (std::size_t n = 0; n < count; ++n) to[n] = from[n * step];
}

ANTIPHON_FOR_WIDE_VECTORS
void deal(const Sample* from, std::size_t step, std::size_t count, float* to) {
  // The rates of telephones and of wideband; a known step is done in vectors.
  if (step == 1) return deal<1>(from, count, to);
  if (step == 2) return deal<2>(from, count, to);
  if (step == 3) return deal<3>(from, count, to);
  for (std::size_t n = 0; n < count; ++n) to[n] = from[n * step];
}

/// The other way round: rows of samples, `stride` apart, back into one.
template <std::size_t rows>
[[gnu::always_inline]] inline void gather(const Sample* from, std::size_t stride, std::size_t size, Sample* to) {
  for (std::size_t n = 0; n < size / rows; ++n)
    for (std::size_t row = 0; row < rows; ++row) to[rows * n + row] = from[row * stride + n];
  for (std::size_t row = 0; row < size % rows; ++row) to[size / rows * rows + row] = from[row * stride + size / rows];
}

ANTIPHON_FOR_WIDE_VECTORS
void gather(const Sample* from, std::size_t stride, std::size_t rows, std::size_t size, Sample* to) {
  if (rows == 1) return gather<1>(from, stride, size, to);
  if (rows == 2) return gather<2>(from, stride, size, to);
  if (rows == 3) return gather<3>(from, stride, size, to);
  if (rows == 4) return gather<4>(from, stride, size, to);
  for (std::size_t n = 0; n < size; ++n) to[n] = from[n % rows * stride + n / rows];
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
                                              .width = 0,
                                              .taps = {}});
  const auto width = 2 * made->reach, whole_rows = 2 * made->down;
  made->width = made->in_rows() ? (width + whole_rows - 1) / whole_rows * whole_rows : width;
  made->taps.resize(made->up * made->width);
  std::vector<double> phase(width);
  for (std::size_t p = 0; p < made->up; ++p) {
    for (std::size_t k = 0; k < width; ++k)
      phase[k] = response((static_cast<double>(p) / static_cast<double>(made->up) - static_cast<double>(k) + static_cast<double>(made->reach) - 1) * step);
    const double sum = std::accumulate(phase.begin(), phase.end(), 0.0);
    for (std::size_t k = 0; k < width; ++k) made->taps[p * made->width + k] = static_cast<float>(phase[k] / sum);
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
  if (filter_) behind_.assign(filter_->reach - 1, 0);
}

Samples LineResampler::feed(SampleView samples) {
  if (!filter_) return {samples.begin(), samples.end()};
  if (const auto sound = std::find_if(samples.rbegin(), samples.rend(), [](Sample sample) { return sample != 0; }); sound != samples.rend())
    sound_end_ = in_ + static_cast<std::size_t>(samples.rend() - sound) + filter_->reach;
  in_ += samples.size();
  // Output n stands at n · down / up of the input and needs `reach` samples beyond.
  return make(in_ > filter_->reach ? ((in_ - filter_->reach) * filter_->up + filter_->down - 1) / filter_->down : 0, samples);
}

Samples LineResampler::finish() {
  if (!filter_) return {};
  auto output = make((in_ * filter_->up + filter_->down / 2) / filter_->down, Samples(filter_->reach + 1));
  begin();
  return output;
}

/// Takes `more` in; until `count` samples have come out in all.
Samples LineResampler::make(std::size_t count, SampleView more) {
  Samples output(std::max(count, out_) - out_);
  // Where nothing but silence is in reach, silence comes out: most of a call.
  const auto sounding = std::clamp((sound_end_ * filter_->up + filter_->down - 1) / filter_->down, out_, out_ + output.size()) - out_;
  if (sounding > 0) compute(more, std::span(output).first(sounding));
  out_ += output.size();
  const auto next = out_ * filter_->down / filter_->up;
  const auto gone = std::min(next > first_ ? next - first_ : 0, behind_.size() + more.size());
  const auto of_behind = std::min(gone, behind_.size());
  behind_.erase(behind_.begin(), behind_.begin() + static_cast<std::ptrdiff_t>(of_behind));
  more = more.subspan(gone - of_behind);
  behind_.insert(behind_.end(), more.begin(), more.end());
  first_ += gone;
  return output;
}

void LineResampler::compute(SampleView more, std::span<Sample> output) const {
  // Shared by all lines of a thread: one that waits holds no more than it needs, and what is written here stays in the cache.
  thread_local Samples all, made;
  thread_local std::vector<float> input;
  all.assign(behind_.begin(), behind_.end());
  all.insert(all.end(), more.begin(), more.end());
  all.resize(all.size() + filter_->width + abreast * filter_->down);
  const auto at = out_ * filter_->down, from = at / filter_->up - first_;
  const auto rows = filter_->in_rows() ? filter_->down : 1, row_size = (all.size() - from) / rows;
  input.resize(row_size * rows);
  for (std::size_t row = 0; row < rows; ++row) deal(all.data() + from + row, rows, row_size, input.data() + row * row_size);
  const Work work{
      .taps = filter_->taps.data(), .input = input.data(), .width = filter_->width, .up = filter_->up, .down = filter_->down, .phase = at % filter_->up};
  if (!filter_->in_rows()) return one_by_one(work, output.data(), output.size());
  const auto made_row = whole_blocks((output.size() + work.up - 1) / work.up);
  made.resize(made_row * work.up);
  make_rows(work, row_size, made_row, made.data());
  gather(made.data(), made_row, work.up, output.size(), output.data());
}

}  // namespace antiphon::audio
