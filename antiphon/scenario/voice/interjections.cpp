#include "antiphon/scenario/voice/interjections.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "antiphon/base/text.hpp"

namespace antiphon::voice {

namespace {

const std::vector<std::string> stock_backchannels{"okay", "right", "yes"};
const std::vector<std::string> stock_hesitations{"well", "so", "but"};

}  // namespace

bool is_a_noise(std::string_view word) {
  static constexpr std::array<std::string_view, 13> noises{"uh", "um", "ah", "eh", "er", "erm", "huh", "aha", "uhhuh", "mhm", "mm", "hm", "ugh"};
  // Spelling tells a noise from a word in English alone.
  if (std::ranges::any_of(word, [](char c) { return static_cast<unsigned char>(c) > 127; })) return false;
  std::string letters;
  for (const char c : lower(word))
    if (c >= 'a' && c <= 'z') letters += c;
  const bool no_vowel = letters.find_first_of("aeiouy") == std::string::npos;
  return letters.empty() || no_vowel || std::ranges::find(noises, letters) != noises.end();
}

Interjections::Interjections(const VoiceOptions& options, std::uint64_t seed, std::string scenario_id) : seed_(seed), scenario_id_(std::move(scenario_id)) {
  add(UtteranceKind::backchannel, options.backchannels, stock_backchannels);
  add(UtteranceKind::hesitation, options.hesitations, stock_hesitations);
}

void Interjections::add(UtteranceKind kind, const std::optional<InterjectionConfig>& config, const std::vector<std::string>& stock) {
  if (!config || config->probability <= 0) return;
  Series series{.kind = kind, .config = *config};
  for (const auto& word : config->words.empty() ? stock : config->words) series.sounds.push_back({.kind = kind, .word = word});
  series_.push_back(std::move(series));
}

std::vector<Interjection*> Interjections::sounds() {
  std::vector<Interjection*> all;
  for (auto& series : series_)
    for (auto& sound : series.sounds) all.push_back(&sound);
  return all;
}

Duration Interjections::delay(Series& series) {
  const auto& config = series.config;
  return config.least + std::chrono::duration_cast<Duration>((config.most - config.least) * series.random.uniform());
}

const Interjection* Interjections::due(std::size_t turn, Duration heard, bool free) {
  const Interjection* found = nullptr;
  for (auto& series : series_) {
    if (series.turn != turn) {
      const auto number = fmt::format("{}", turn);
      const std::array<std::string_view, 4> key{scenario_id_, "user", to_string(series.kind), number};
      series.turn = turn;
      series.random = RandomStream(seed_, key);
      series.next = delay(series);
    }
    if (heard < series.next) continue;
    // All is drawn whether or not it is used.
    const auto roll = series.random.uniform();
    const auto sound = series.random.below(series.sounds.size());
    series.next += delay(series);
    if (free && !found && roll < series.config.probability) found = &series.sounds[sound];
  }
  return found;
}

}  // namespace antiphon::voice
