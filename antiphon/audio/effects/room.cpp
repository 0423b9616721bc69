#include <algorithm>
#include <array>
#include <cmath>

#include "antiphon/audio/effects/internal/filters.hpp"
#include "antiphon/audio/effects/internal/values.hpp"
#include "antiphon/audio/effects/noise.hpp"
#include "antiphon/audio/levels.hpp"

namespace antiphon::audio::effects {

namespace {

constexpr double lowest_gain_db = -120, highest_gain_db = 60;

/// Where neither the signal nor the noise has a level, speech at its usual one is meant.
double level_or_usual(double dbfs) { return dbfs == silence_dbfs ? speech_dbfs : dbfs; }

double gain_db_of(SampleView samples, const Samples& bed, const Values& values) {
  if (const auto snr = values.find("snr_db"))
    return std::clamp(level_or_usual(active_dbfs(samples)) - *snr - level_or_usual(active_dbfs(bed)), lowest_gain_db, highest_gain_db);
  const double volume = values.number("volume");
  return volume > 0 ? std::max(lowest_gain_db, 20 * std::log10(volume)) : lowest_gain_db;
}

Samples with_noise(SampleView samples, const std::shared_ptr<const Samples>& bed, const Values& values, RandomStream& random) {
  NoiseSource source(bed, gain_db_of(samples, *bed, values), random);
  auto heard = source.next(samples.size());
  std::ranges::transform(heard, samples, heard.begin(), [](Sample a, Sample b) { return to_sample(double{} + a + b); });
  return heard;
}

/// A delay that feeds itself.
class Comb {
 public:
  Comb(std::size_t delay, double feedback) : line_(delay), feedback_(feedback) {}
  double operator()(double x) {
    auto& slot = line_[at_];
    const double y = slot;
    damped_ = 0.7 * y + 0.3 * damped_;  // walls swallow the highs first
    slot = x + feedback_ * damped_;
    at_ = at_ + 1 == line_.size() ? 0 : at_ + 1;
    return y;
  }

 private:
  std::vector<double> line_;
  double feedback_, damped_ = 0;
  std::size_t at_ = 0;
};

class AllPass {
 public:
  explicit AllPass(std::size_t delay) : line_(delay) {}
  double operator()(double x) {
    auto& slot = line_[at_];
    const double y = slot - gain_ * x;
    slot = x + gain_ * y;
    at_ = at_ + 1 == line_.size() ? 0 : at_ + 1;
    return y;
  }

 private:
  static constexpr double gain_ = 0.7;
  std::vector<double> line_;
  std::size_t at_ = 0;
};

}  // namespace

namespace {

std::shared_ptr<const Samples> bed_of(const Values& values) { return values.file ? values.file : noise_bed(noise_kind_from(values.word("kind"))); }

}  // namespace

Samples background_noise(SampleView samples, const Values& values, RandomStream& random) { return with_noise(samples, bed_of(values), values, random); }

NoiseSource line_noise(const Values& values, RandomStream& random) {
  const auto bed = bed_of(values);
  return NoiseSource(bed, gain_db_of({}, *bed, values), random);
}

Samples double_talk(SampleView samples, const Values& values, RandomStream& random) {
  return with_noise(samples, values.file ? values.file : noise_bed(NoiseKind::voice), values, random);
}

Samples echo(SampleView samples, const Values& values, RandomStream&) {
  const auto delay = samples_in_ms(values.number("delay_ms"));
  const double gain = values.number("gain"), feedback = values.number("feedback");
  std::vector<double> repeated(samples.size());
  Samples heard(samples.begin(), samples.end());
  for (std::size_t i = delay; i < samples.size(); ++i) {
    repeated[i] = samples[i - delay] + feedback * repeated[i - delay];
    heard[i] = to_sample(samples[i] + gain * repeated[i]);
  }
  return heard;
}

Samples reverb(SampleView samples, const Values& values, RandomStream&) {
  const double decay_s = values.number("decay_s"), mix = values.number("mix");
  // Schroeder's room: four delays without a common divisor, so that their echoes never meet, then two that smear them. Each falls by 60 dB in decay_s.
  constexpr std::array<std::size_t, 4> delays{713, 857, 991, 1049};
  std::vector<Comb> combs;
  for (const auto delay : delays) combs.emplace_back(delay, std::pow(10, -3 * static_cast<double>(delay) / canonical_rate_hz / decay_s));
  AllPass first(121), second(41);
  Samples heard(samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    double sum = 0;
    for (auto& comb : combs) sum += comb(samples[i]);
    heard[i] = to_sample((1 - mix) * samples[i] + mix * 0.5 * second(first(sum)));
  }
  return heard;
}

Samples muffled(SampleView samples, const Values& values, RandomStream&) {
  auto wave = wave_of(samples);
  low_pass4(wave, values.number("cutoff_hz"));
  return samples_of(wave);
}

}  // namespace antiphon::audio::effects
