#include "antiphon/audio/dtmf.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::audio {

namespace {

constexpr std::array<double, 8> tones_hz{697, 770, 852, 941, 1209, 1336, 1477, 1633};
constexpr std::string_view pad = "123A456B789C*0#D";

// Amplitudes relative to full scale: together −6.5 dBFS at the peak, the column 2 dB louder.
constexpr double row_amplitude = 0.2095, column_amplitude = 0.2637;

// Short enough for keys of 40 ms, long enough to tell 697 from 770 Hz.
constexpr std::size_t block_size = 480, hop = 120;
constexpr int fewest_hits = 5, most_misses = 2;
constexpr double lowest_power = 3.16e-5 * 32768 * 32768;  // −45 dBFS
constexpr double least_share = 0.6, row_over_column = 10, column_over_row = 4, neighbours_below = 4;
constexpr double second_harmonic_below = 0.15;

struct Pair {
  double row_hz, column_hz;
};

std::optional<Pair> pair_of(char key) {
  if (key >= 'a' && key <= 'd') key = static_cast<char>(key - 'a' + 'A');
  const auto at = pad.find(key);
  if (at == std::string_view::npos) return std::nullopt;
  return Pair{tones_hz[at / 4], tones_hz[4 + at % 4]};
}

void require(std::chrono::milliseconds time, int low, int high, const char* what) {
  if (time.count() < low || time.count() > high)
    throw Error(ErrorKind::configuration, fmt::format("a tone {} for {} to {} ms, not {}", what, low, high, time.count()));
}

void append_tone(Samples& samples, Pair pair, std::size_t count) {
  constexpr double ramp = 48;  // 2 ms: no click
  for (std::size_t i = 0; i < count; ++i) {
    const double t = static_cast<double>(i) / canonical_rate_hz, edge = std::min(static_cast<double>(i), static_cast<double>(count - 1 - i));
    const double envelope = edge >= ramp ? 1 : 0.5 - 0.5 * std::cos(std::numbers::pi * edge / ramp);
    const double row = row_amplitude * std::sin(2 * std::numbers::pi * pair.row_hz * t),
                 column = column_amplitude * std::sin(2 * std::numbers::pi * pair.column_hz * t);
    samples.push_back(to_sample(32767 * envelope * (row + column)));
  }
}

/// What Goertzel's recursion holds of several frequencies.
template <std::size_t N>
struct Filtered {
  std::array<float, N> one{}, two{};

  /// Such that a sine of amplitude a reads (a · n / 2)².
  std::array<float, N> energies(const std::array<float, N>& coefficients) const {
    std::array<float, N> result;
    for (std::size_t k = 0; k < N; ++k) result[k] = one[k] * one[k] + two[k] * two[k] - coefficients[k] * one[k] * two[k];
    return result;
  }
};

template <std::size_t N>
Filtered<N> filter(SampleView samples, const std::array<float, N>& coefficients) {
  Filtered<N> state;
  for (const auto sample : samples)
    for (std::size_t k = 0; k < N; ++k) {
      // What is known last comes in last: a step waits for one product and one sum.
      const float now = (static_cast<float>(sample) - state.two[k]) + coefficients[k] * state.one[k];
      state.two[k] = state.one[k];
      state.one[k] = now;
    }
  return state;
}

float coefficient(double hz) { return static_cast<float>(2 * std::cos(2 * std::numbers::pi * hz / canonical_rate_hz)); }

std::array<float, 8> coefficients_of_tones() {
  std::array<float, 8> coefficients;
  std::ranges::transform(tones_hz, coefficients.begin(), coefficient);
  return coefficients;
}

/// How a filter's state goes on when a quarter of a block of silence follows: the recursion is linear, so that the state after a block is that after each of
/// its quarters, brought to its end, summed up.
struct Onward {
  std::array<float, 8> one_from_one, one_from_two, two_from_one, two_from_two;

  Onward() {
    for (std::size_t k = 0; k < tones_hz.size(); ++k) {
      const double angle = 2 * std::numbers::pi * tones_hz[k] / canonical_rate_hz;
      const auto ratio = [&](std::size_t n) { return static_cast<float>(std::sin(static_cast<double>(n) * angle) / std::sin(angle)); };
      one_from_one[k] = ratio(hop + 1), one_from_two[k] = -ratio(hop);
      two_from_one[k] = ratio(hop), two_from_two[k] = -ratio(hop - 1);
    }
  }
  void bring(Filtered<8>& state) const {
    for (std::size_t k = 0; k < tones_hz.size(); ++k) {
      const float one = state.one[k], two = state.two[k];
      state.one[k] = one_from_one[k] * one + one_from_two[k] * two;
      state.two[k] = two_from_one[k] * one + two_from_two[k] * two;
    }
  }
};

std::int64_t power_of(SampleView samples) {
  std::int64_t sum = 0;
  for (const std::int32_t sample : samples) sum += sample * sample;
  return sum;
}

struct Peak {
  std::size_t at;
  float energy, second;
};

Peak peak_of(std::span<const float, 4> group) {
  const auto at = static_cast<std::size_t>(std::ranges::max_element(group) - group.begin());
  float second = 0;
  for (std::size_t i = 0; i < group.size(); ++i)
    if (i != at) second = std::max(second, group[i]);
  return {at, group[at], second};
}

bool is_loud(std::int64_t power) { return static_cast<double>(power) >= lowest_power * block_size; }

/// The key that a block holds throughout; 0 for none.
char key_of(SampleView block, float power, const std::array<float, 8>& all) {
  const auto n = static_cast<float>(block.size());
  const auto row = peak_of(std::span(all).first<4>()), column = peak_of(std::span(all).last<4>());
  if (2 * (row.energy + column.energy) < least_share * n * power) return 0;
  if (row.energy > row_over_column * column.energy || column.energy > column_over_row * row.energy) return 0;
  if (row.energy < neighbours_below * row.second || column.energy < neighbours_below * column.second) return 0;
  // A voice has overtones, a keypad has none. That of a row lies too near to a column to tell.
  const std::array overtone_of_column{coefficient(2 * tones_hz[4 + column.at])};
  const auto overtone = filter(block, overtone_of_column).energies(overtone_of_column);
  if (overtone[0] > second_harmonic_below * column.energy) return 0;
  return pad[row.at * 4 + column.at];
}

const std::array<float, 8>& tone_coefficients() {
  static const auto coefficients = coefficients_of_tones();
  return coefficients;
}

char key_in(SampleView block) {
  const auto power = power_of(block);
  if (!is_loud(power)) return 0;
  return key_of(block, static_cast<float>(power), filter(block, tone_coefficients()).energies(tone_coefficients()));
}

}  // namespace

Samples dtmf_tones(std::string_view keys, const DtmfTiming& timing) {
  require(timing.on, 40, 1000, "sounds");
  require(timing.off, 30, 1000, "pauses");
  Samples samples;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (keys[i] == 'w' || keys[i] == 'W') {
      samples.resize(samples.size() + canonical_rate_hz / (keys[i] == 'w' ? 2 : 1));
      continue;
    }
    const auto pair = pair_of(keys[i]);
    if (!pair)
      throw Error(ErrorKind::configuration,
                  fmt::format("character {} of the tones is {}: keys are 0-9, *, #, A-D, and w or W wait", i + 1, quote(keys.substr(i, 1))));
    append_tone(samples, *pair, samples_in(timing.on));
    samples.resize(samples.size() + samples_in(timing.off));
  }
  return samples;
}

std::vector<DtmfKey> DtmfDetector::feed(SampleView samples) {
  std::vector<DtmfKey> found;
  waiting_.insert(waiting_.end(), samples.begin(), samples.end());
  std::size_t at = 0;
  for (; at + block_size <= waiting_.size(); at += hop) {
    judge(key_in_block(SampleView(waiting_).subspan(at, block_size)), found);
    ++block_;
  }
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(at));
  return found;
}

char DtmfDetector::key_in_block(SampleView block) {
  static_assert(quarters * hop == block_size);
  // The quarters of a block lie at its number in turn, the oldest first.
  const auto quarter = [this](std::size_t i) -> Quarter& { return quarters_[(block_ + i) % quarters]; };
  for (; measured_ < quarters; ++measured_) {
    quarter(measured_).power = power_of(block.subspan(measured_ * hop, hop));
    quarter(measured_).filtered = false;
  }
  measured_ = quarters - 1;  // of the next block
  std::int64_t power = 0;
  for (const auto& each : quarters_) power += each.power;
  if (!is_loud(power)) return 0;
  static const Onward onward;
  const auto& coefficients = tone_coefficients();
  Filtered<8> all;
  for (std::size_t i = 0; i < quarters; ++i) {
    auto& each = quarter(i);
    if (!std::exchange(each.filtered, true)) {
      const auto state = filter(block.subspan(i * hop, hop), coefficients);
      each.one = state.one, each.two = state.two;
    }
    onward.bring(all);
    for (std::size_t k = 0; k < each.one.size(); ++k) all.one[k] += each.one[k], all.two[k] += each.two[k];
  }
  return key_of(block, static_cast<float>(power), all.energies(coefficients));
}

std::vector<DtmfKey> DtmfDetector::finish() {
  std::vector<DtmfKey> found;
  if (const auto key = release()) found.push_back(*key);
  waiting_.clear();
  measured_ = 0;
  return found;
}

std::vector<DtmfKey> find_keys(SampleView samples) {
  constexpr std::size_t around = 4 * block_size;
  std::vector<DtmfKey> keys;
  // A key of 40 ms or more fills one of the blocks that lie side by side.
  for (std::size_t at = 0, from = 0; at + block_size <= samples.size(); at += block_size) {
    if (key_in(samples.subspan(at, block_size)) == 0) continue;
    from = std::max(from, at > around ? at - around : 0);
    auto to = at + block_size;
    for (auto next = to; next + block_size <= samples.size() && next < to + around; next += block_size)
      if (key_in(samples.subspan(next, block_size)) != 0) to = next + block_size;
    at = to - block_size;
    to = std::min(to + around / 2, samples.size());
    DtmfDetector detector;
    auto found = detector.feed(samples.subspan(from, to - from));
    for (const auto& key : detector.finish()) found.push_back(key);
    for (const auto& key : found) keys.push_back({key.key, from + key.start, from + key.end});
    from = to;
  }
  return keys;
}

void DtmfDetector::judge(char key, std::vector<DtmfKey>& found) {
  if (held_ && held_->key == key) {
    held_->last = block_;
    held_->misses = 0;
    return;
  }
  if (held_ && key == 0 && ++held_->misses <= most_misses) return;
  if (const auto ended = release()) found.push_back(*ended);
  if (key != 0) held_ = Held{key, block_, block_};
}

std::optional<DtmfKey> DtmfDetector::release() {
  if (!held_) return std::nullopt;
  const auto held = *held_;
  held_.reset();
  if (static_cast<int>(held.last - held.first) + 1 < fewest_hits) return std::nullopt;
  // A block hits once about half of it is tone.
  return DtmfKey{held.key, held.first * hop + block_size / 2, held.last * hop + block_size / 2};
}

}  // namespace antiphon::audio
