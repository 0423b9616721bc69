#include "antiphon/audio/levels.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include <ebur128.h>
#include <fmt/format.h>

#include "antiphon/base/error.hpp"

namespace antiphon::audio {

namespace {

constexpr double full_scale = 32768, highest_peak_dbfs = -1, active_range_db = 30;

double db_of_power(double power) { return power > 0 ? 10 * std::log10(power / (full_scale * full_scale)) : silence_dbfs; }

double energy(SampleView samples) {
  std::int64_t sum = 0;  // whole numbers are added several at a time
  for (const int sample : samples) sum += sample * sample;
  return static_cast<double>(sum);
}

double mean_power(SampleView samples) { return samples.empty() ? 0 : energy(samples) / static_cast<double>(samples.size()); }

void require(double value, double low, double high, const char* what) {
  if (!(value >= low && value <= high)) throw Error(ErrorKind::configuration, fmt::format("a {} of {} dB is not between {} and {} dB", what, value, low, high));
}

struct Closed {
  void operator()(ebur128_state* state) const { ebur128_destroy(&state); }
};

}  // namespace

double rms(SampleView samples) { return std::sqrt(mean_power(samples)); }

double rms_dbfs(SampleView samples) { return db_of_power(mean_power(samples)); }

double peak_dbfs(SampleView samples) {
  int peak = 0;
  for (const int sample : samples) peak = std::max(peak, std::abs(sample));
  return db_of_power(static_cast<double>(peak) * peak);
}

double active_dbfs(SampleView samples, int rate_hz) {
  const auto frame = std::max<std::size_t>(1, static_cast<std::size_t>(rate_hz) / 50);
  std::vector<double> energies;
  std::vector<std::size_t> sizes;
  double loudest = 0;
  for (std::size_t i = 0; i < samples.size(); i += frame) {
    const auto piece = samples.subspan(i, std::min(frame, samples.size() - i));
    energies.push_back(energy(piece));
    sizes.push_back(piece.size());
    loudest = std::max(loudest, energies.back() / static_cast<double>(piece.size()));
  }
  const double floor = loudest * std::pow(10, -active_range_db / 10);
  double sum = 0, count = 0;
  for (std::size_t i = 0; i < energies.size(); ++i) {
    const auto size = static_cast<double>(sizes[i]);
    if (energies[i] / size < floor) continue;
    sum += energies[i];
    count += size;
  }
  return count > 0 ? db_of_power(sum / count) : silence_dbfs;
}

struct LoudnessMeter::State {
  std::unique_ptr<ebur128_state, Closed> meter;
};

LoudnessMeter::LoudnessMeter(int rate_hz) : state_(std::make_unique<State>()) {
  state_->meter.reset(ebur128_init(1, static_cast<unsigned long>(rate_hz), EBUR128_MODE_I));
  if (!state_->meter) throw Error(ErrorKind::configuration, fmt::format("loudness cannot be measured at {} Hz", rate_hz));
}

LoudnessMeter::~LoudnessMeter() = default;

void LoudnessMeter::feed(SampleView samples) {
  if (ebur128_add_frames_short(state_->meter.get(), samples.data(), samples.size()) != EBUR128_SUCCESS)
    throw Error(ErrorKind::internal, "the loudness meter ran out of memory");
}

std::optional<double> LoudnessMeter::lufs() const {
  double lufs = 0;
  if (ebur128_loudness_global(state_->meter.get(), &lufs) != EBUR128_SUCCESS || !std::isfinite(lufs)) return std::nullopt;
  return lufs;
}

std::optional<double> loudness_lufs(SampleView samples, int rate_hz) {
  LoudnessMeter meter(rate_hz);
  meter.feed(samples);
  return meter.lufs();
}

std::size_t clipped_samples(SampleView samples) {
  constexpr int full = 32767;
  constexpr std::size_t shortest_run = 3;
  std::size_t clipped = 0, run = 0;
  int side = 0;
  const auto end_run = [&] {
    if (run >= shortest_run) clipped += run;
    run = 0;
  };
  for (const int sample : samples) {
    const int now = sample >= full ? 1 : sample <= -full ? -1 : 0;
    if (now != side) end_run(), side = now;
    if (now != 0) ++run;
  }
  end_run();
  return clipped;
}

double ratio_from_db(double db) { return std::pow(10, db / 20); }

Samples apply_gain(SampleView samples, double gain_db) {
  require(gain_db, -120, 60, "gain");
  const double ratio = ratio_from_db(gain_db);
  Samples louder(samples.size());
  std::ranges::transform(samples, louder.begin(), [ratio](Sample sample) { return to_sample(sample * ratio); });
  return louder;
}

Samples normalise(SampleView samples, double target_dbfs, int rate_hz) {
  require(target_dbfs, -60, 0, "level");
  const double active = active_dbfs(samples, rate_hz);
  if (active == silence_dbfs) return {samples.begin(), samples.end()};
  const double gain = std::min(target_dbfs - active, highest_peak_dbfs - peak_dbfs(samples));
  return apply_gain(samples, std::clamp(gain, -120.0, 60.0));
}

}  // namespace antiphon::audio
