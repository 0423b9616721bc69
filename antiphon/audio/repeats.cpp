#include "antiphon/audio/repeats.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace antiphon::audio {

namespace {

constexpr std::size_t ms = canonical_rate_hz / 1000;
constexpr std::array<std::size_t, 5> lags{10 * ms, 20 * ms, 30 * ms, 40 * ms, 60 * ms};
constexpr std::size_t shortest_period = 12;  // 2 kHz
constexpr std::size_t step = 5 * ms;
constexpr std::size_t most_times = 20;  // more is a hum
constexpr int audible = 330;            // about -40 dBFS: below it silence and comfort noise look alike

bool equal(SampleView samples, std::size_t at, std::size_t lag, std::size_t length) {
  return std::equal(samples.begin() + static_cast<std::ptrdiff_t>(at), samples.begin() + static_cast<std::ptrdiff_t>(at + length),
                    samples.begin() + static_cast<std::ptrdiff_t>(at - lag));
}

bool is_audible(SampleView piece) {
  return std::ranges::any_of(piece, [](int sample) { return std::abs(sample) > audible; });
}

double power_of_difference(SampleView a, SampleView b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (static_cast<double>(a[i]) - b[i]) * (static_cast<double>(a[i]) - b[i]);
  return sum;
}

// A tone repeats itself at a shorter distance, too; nearly so, where its period is no whole number of samples.
bool is_periodic(SampleView piece, std::size_t lag) {
  constexpr double nearly = 0.01;  // -20 dB
  double power = 0;
  for (const double sample : piece) power += sample * sample;
  for (auto period = shortest_period; 10 * period <= 9 * lag; ++period) {
    const auto length = piece.size() - period;
    if (power_of_difference(piece.subspan(period), piece.first(length)) < nearly * power) return true;
  }
  return false;
}

/// How far the audio from `at` on equals that `lag` before it, looked for on both sides of `at`.
Repeat equal_around(SampleView samples, std::size_t at, std::size_t lag) {
  auto begin = at, end = at;
  while (begin > lag && samples[begin - 1] == samples[begin - 1 - lag]) --begin;
  while (end < samples.size() && samples[end] == samples[end - lag]) ++end;
  return {begin, end - begin};
}

bool overlaps(const std::vector<Repeat>& found, const Repeat& repeat) {
  return std::ranges::any_of(found, [&](const Repeat& other) { return other.at < repeat.at + repeat.length && repeat.at < other.at + other.length; });
}

}  // namespace

std::vector<Repeat> find_repeats(SampleView samples) {
  std::vector<Repeat> found;
  for (const auto lag : lags) {
    // A repeat of at least three quarters of a frame holds one of these places whole: what a filter of the line changed at its edges does not matter.
    for (auto at = lag; at + step <= samples.size(); at += step) {
      if (samples[at] != samples[at - lag] || !equal(samples, at, lag, step)) continue;
      const auto repeat = equal_around(samples, at, lag);
      at = std::max(at, repeat.at + repeat.length - repeat.length % step);
      const bool long_enough = 4 * repeat.length >= 3 * lag, endless = repeat.length > most_times * lag;
      if (!long_enough || endless || overlaps(found, repeat) || !is_audible(samples.subspan(repeat.at, repeat.length))) continue;
      if (is_periodic(samples.subspan(repeat.at - lag, lag + std::min(lag, repeat.length)), lag)) continue;
      for (auto from = repeat.at; from < repeat.at + repeat.length; from += lag)
        if (const auto length = std::min(lag, repeat.at + repeat.length - from); 4 * length >= 3 * lag) found.push_back({from, length});
    }
  }
  std::ranges::sort(found, {}, &Repeat::at);
  return found;
}

}  // namespace antiphon::audio
