#include "antiphon/audio/effects/noise.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <mutex>
#include <numbers>

#include <fmt/format.h>

#include "antiphon/audio/effects/internal/filters.hpp"
#include "antiphon/audio/levels.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::audio {

namespace {

using effects::Biquad;
using effects::Wave;

constexpr std::array kinds{NoiseKind::cafe, NoiseKind::street, NoiseKind::office, NoiseKind::airport, NoiseKind::babble, NoiseKind::voice};
constexpr std::size_t second = canonical_rate_hz, bed_length = 8 * second, seam = second / 4;

double sine(double hz, std::size_t i) { return std::sin(2 * std::numbers::pi * hz * static_cast<double>(i) / canonical_rate_hz); }

void add(Wave& to, const Wave& wave, double gain) {
  double power = 1e-12;
  for (const double value : wave) power += value * value;
  const double scale = gain / std::sqrt(power / static_cast<double>(wave.size()));
  for (std::size_t i = 0; i < to.size() && i < wave.size(); ++i) to[i] += scale * wave[i];
}

Wave white(std::size_t n, RandomStream& random) {
  Wave wave(n);
  for (auto& value : wave) value = random.normal();
  return wave;
}

/// Falls by 6 dB per octave from 30 Hz on.
Wave brown(std::size_t n, RandomStream& random) {
  auto wave = white(n, random);
  double sum = 0;
  for (auto& value : wave) value = sum = 0.992 * sum + value;
  return wave;
}

/// Falls by about 3 dB per octave: white noise through slow, middling and quick averages at once.
Wave pink(std::size_t n, RandomStream& random) {
  constexpr double keep[] = {0.998, 0.97, 0.7}, weight[] = {0.06, 0.22, 0.7};
  auto wave = white(n, random);
  double state[3] = {};
  for (auto& value : wave) {
    const double x = value;
    value = 0.2 * x;
    for (std::size_t k = 0; k < 3; ++k) value += weight[k] * (state[k] = keep[k] * state[k] + (1 - keep[k]) * 4 * x);
  }
  return wave;
}

/// A short sound of its own at random times.
template <class Sound>
void scatter(Wave& wave, double per_second, RandomStream& random, const Sound& sound) {
  for (double at = 0;;) {
    at += -std::log(1 - random.uniform()) / per_second * canonical_rate_hz;
    if (at >= static_cast<double>(wave.size())) return;
    sound(std::span(wave).subspan(static_cast<std::size_t>(at)), random);
  }
}

/// Somebody speaks: pulses of the vocal cords through the resonances of vowels, hiss for consonants, in syllables, words and pauses.
class Talker {
 public:
  Talker(double pitch_hz, RandomStream& random) : random_(random), pitch_hz_(pitch_hz) {}

  Wave speak(std::size_t n) {
    Wave wave(n);
    for (std::size_t at = 0; at < n;) {
      const auto syllables = 2 + random_.below(7);
      for (std::size_t i = 0; i < syllables && at < n; ++i) at = syllable(wave, at);
      at += second / 6 + random_.below(second / 2);
    }
    return wave;
  }

 private:
  std::size_t syllable(Wave& wave, std::size_t at) {
    static constexpr double vowels[][3] = {{730, 1090, 2440}, {270, 2290, 3010}, {300, 870, 2240}, {530, 1840, 2480}, {570, 840, 2410}, {660, 1720, 2410}};
    const auto* formants = vowels[random_.below(std::size(vowels))];
    std::array filters{Biquad::band_pass(formants[0], 8), Biquad::band_pass(formants[1], 12), Biquad::band_pass(formants[2], 14)};
    const auto length = second / 8 + random_.below(second / 6), hiss = second / 40 + random_.below(second / 20);
    auto breath = Biquad::high_pass(3000, 0.7);
    for (std::size_t i = 0; i < hiss && at < wave.size(); ++i, ++at) wave[at] += 0.02 * breath(random_.normal());
    const double pitch = pitch_hz_ * (0.85 + 0.3 * random_.uniform());
    for (std::size_t i = 0; i < length && at < wave.size(); ++i, ++at) {
      const double t = static_cast<double>(i) / static_cast<double>(length), envelope = std::sin(std::numbers::pi * t);
      phase_ += pitch * (1.1 - 0.2 * t) / canonical_rate_hz;
      double x = 0;
      if (phase_ >= 1) phase_ -= 1, x = 1;
      wave[at] += envelope * (filters[0](x) + 0.5 * filters[1](x) + 0.25 * filters[2](x));
    }
    return at;
  }

  RandomStream& random_;
  double pitch_hz_, phase_ = 0;
};

Wave babble(std::size_t n, std::size_t people, RandomStream& random) {
  Wave wave(n);
  for (std::size_t i = 0; i < people; ++i) add(wave, Talker(90 + 140 * random.uniform(), random).speak(n), 0.5 + random.uniform());
  return wave;
}

Wave cafe(std::size_t n, RandomStream& random) {
  Wave wave(n), clinks(n);
  add(wave, babble(n, 6, random), 1);
  add(wave, pink(n, random), 0.3);
  scatter(clinks, 1.5, random, [](std::span<double> from, RandomStream& draw) {
    const double hz = 2000 + 3000 * draw.uniform(), loud = draw.uniform();
    for (std::size_t i = 0; i < from.size() && i < second / 5; ++i)
      from[i] += loud * (sine(hz, i) + 0.5 * sine(1.51 * hz, i)) * std::exp(-static_cast<double>(i) / 900);
  });
  add(wave, clinks, 0.25);
  return wave;
}

Wave street(std::size_t n, RandomStream& random) {
  Wave wave(n), cars(n), horns(n);
  add(wave, brown(n, random), 1);
  scatter(cars, 0.4, random, [](std::span<double> from, RandomStream& draw) {
    auto band = Biquad::band_pass(500 + 500 * draw.uniform(), 0.6);
    const auto length = 3 * second;
    for (std::size_t i = 0; i < from.size() && i < length; ++i) {
      const double rise = std::sin(std::numbers::pi * static_cast<double>(i) / static_cast<double>(length));
      from[i] += rise * rise * band(draw.normal());
    }
  });
  add(wave, cars, 0.8);
  scatter(horns, 0.15, random, [](std::span<double> from, RandomStream& draw) {
    const auto length = second / 4 + draw.below(second / 2);
    for (std::size_t i = 0; i < from.size() && i < length; ++i)
      from[i] += (sine(420, i) + sine(510, i)) * std::min(1.0, static_cast<double>(std::min(i, length - i)) / 480);
  });
  add(wave, horns, 0.15);
  return wave;
}

Wave office(std::size_t n, RandomStream& random) {
  Wave wave(n), air = pink(n, random), hum(n), keys(n);
  effects::low_pass4(air, 900);
  add(wave, air, 1);
  for (std::size_t i = 0; i < n; ++i) hum[i] = sine(100, i) + 0.4 * sine(200, i);
  add(wave, hum, 0.2);
  scatter(keys, 5, random, [](std::span<double> from, RandomStream& draw) {
    auto click = Biquad::band_pass(1800 + 1500 * draw.uniform(), 1.5);
    for (std::size_t i = 0; i < from.size() && i < 400; ++i) from[i] += click(draw.normal()) * std::exp(-static_cast<double>(i) / 90);
  });
  add(wave, keys, 0.4);
  add(wave, babble(n, 2, random), 0.3);
  return wave;
}

Wave airport(std::size_t n, RandomStream& random) {
  Wave wave(n), hall = pink(n, random), chimes(n);
  effects::low_pass4(hall, 2500);
  add(wave, hall, 0.8);
  add(wave, babble(n, 8, random), 0.6);
  scatter(chimes, 0.2, random, [](std::span<double> from, RandomStream&) {
    for (std::size_t i = 0; i < from.size() && i < 2 * second; ++i) {
      const double hz = i < second / 2 ? 880 : 660;
      from[i] += sine(hz, i) * std::exp(-static_cast<double>(i % (second / 2)) / 8000);
    }
  });
  add(wave, chimes, 0.25);
  Wave speaker = Talker(190, random).speak(n);
  auto horn = Biquad::band_pass(1500, 0.8);
  horn.run(speaker);
  for (std::size_t i = second / 5; i < n; ++i) speaker[i] += 0.5 * speaker[i - second / 5];  // the hall answers
  add(wave, speaker, 0.5);
  return wave;
}

Wave make_wave(NoiseKind kind, std::size_t n, RandomStream& random) {
  switch (kind) {
    case NoiseKind::cafe: return cafe(n, random);
    case NoiseKind::street: return street(n, random);
    case NoiseKind::office: return office(n, random);
    case NoiseKind::airport: return airport(n, random);
    case NoiseKind::babble: return babble(n, 8, random);
    case NoiseKind::voice: return Talker(140, random).speak(n);
  }
  return Wave(n);
}

/// Fades what goes past the end into the beginning.
Samples make_bed(NoiseKind kind) {
  const std::array key{std::string_view("noise"), to_string(kind)};
  RandomStream random(1, key);
  auto wave = make_wave(kind, bed_length + seam, random);
  double peak = 1e-9;
  for (std::size_t i = 0; i < seam; ++i) {
    const double in = static_cast<double>(i) / seam;
    wave[i] = std::sqrt(in) * wave[i] + std::sqrt(1 - in) * wave[bed_length + i];
  }
  wave.resize(bed_length);
  for (const double value : wave) peak = std::max(peak, std::abs(value));
  for (auto& value : wave) value *= 16000 / peak;
  return normalise(effects::samples_of(wave));
}

}  // namespace

std::string_view to_string(NoiseKind kind) {
  switch (kind) {
    case NoiseKind::cafe: return "cafe";
    case NoiseKind::street: return "street";
    case NoiseKind::office: return "office";
    case NoiseKind::airport: return "airport";
    case NoiseKind::babble: return "babble";
    case NoiseKind::voice: return "voice";
  }
  return "";
}

NoiseKind noise_kind_from(std::string_view name) {
  for (const auto kind : kinds)
    if (to_string(kind) == name) return kind;
  throw Error(ErrorKind::configuration, fmt::format("{} is no kind of noise: there are cafe, street, office, airport, babble and voice", quote(name)));
}

std::shared_ptr<const Samples> noise_bed(NoiseKind kind) {
  static std::array<std::once_flag, kinds.size()> once;
  static std::array<std::shared_ptr<const Samples>, kinds.size()> beds;
  const auto at = static_cast<std::size_t>(kind);
  std::call_once(once[at], [&] { beds[at] = std::make_shared<const Samples>(make_bed(kind)); });
  return beds[at];
}

NoiseSource::NoiseSource(std::shared_ptr<const Samples> bed, double gain_db, RandomStream& random) : bed_(apply_gain(*bed, gain_db)), at_(0) {
  if (bed_.empty()) throw Error(ErrorKind::configuration, "there is no noise in an empty recording");
  at_ = random.below(bed_.size());
}

Samples NoiseSource::next(std::size_t count) {
  Samples samples;
  samples.reserve(count);
  while (samples.size() < count) {
    const auto size = std::min(count - samples.size(), bed_.size() - at_);
    samples.insert(samples.end(), bed_.begin() + static_cast<std::ptrdiff_t>(at_), bed_.begin() + static_cast<std::ptrdiff_t>(at_ + size));
    at_ = (at_ + size) % bed_.size();
  }
  return samples;
}

}  // namespace antiphon::audio
