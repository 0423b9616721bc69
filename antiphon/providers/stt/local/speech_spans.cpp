#include "antiphon/providers/stt/local/speech_spans.hpp"

#include <algorithm>
#include <cmath>

#include "antiphon/audio/vad/voice_activity.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/base/unicode.hpp"

namespace antiphon::stt {

namespace {

using audio::samples_in;

constexpr std::size_t frame = audio::canonical_rate_hz / 50;
constexpr double lowest_rms = 30, usual_rms = 500, below_loudest = 0.063;

double energy(audio::SampleView samples) {
  double sum = 0;
  for (const double sample : samples) sum += sample * sample;
  return sum;
}

double loudest_rms(audio::SampleView samples) {
  double loudest = 0;
  for (std::size_t at = 0; at + frame <= samples.size(); at += frame) loudest = std::max(loudest, energy(samples.subspan(at, frame)));
  return std::sqrt(loudest / frame);
}

/// Utterances with their padding; those that would overlap, and short ones not two seconds apart, are one.
std::vector<SpeechSpan> utterances(audio::SampleView samples, double rms) {
  audio::VoiceActivity detector({.timing = {.onset = std::chrono::milliseconds(40), .hangover = std::chrono::milliseconds(600)},
                                 .energy_rms = rms,
                                 .energy_over_noise = 0,
                                 .fine_edges = false});
  auto edges = detector.feed(samples);
  const auto last = detector.finish();
  edges.insert(edges.end(), last.begin(), last.end());

  std::vector<SpeechSpan> spans;
  for (std::size_t i = 0; i + 1 < edges.size(); i += 2) {
    const auto start = edges[i].at, stop = edges[i + 1].at;
    const auto to = std::min(samples.size(), stop + samples_in(lead_out));
    const auto speech = audio::duration_of(stop - start);
    const auto from = start - std::min(start, samples_in(lead_in));
    const bool joins = !spans.empty() && from < spans.back().to + samples_in(std::chrono::seconds(1)) && to - spans.back().from <= samples_in(longest_piece);
    if (joins)
      spans.back().to = to, spans.back().speech += speech;
    else
      spans.push_back({.from = spans.empty() ? from : std::max(from, spans.back().to), .to = to, .speech = speech});
  }
  return spans;
}

}  // namespace

std::size_t quietest_place(audio::SampleView samples, std::size_t from, std::size_t to) {
  const auto window = samples_in(std::chrono::milliseconds(100)), step = samples_in(std::chrono::milliseconds(10));
  to = std::min(to, samples.size());
  auto best = from + (to - from) / 2;
  double least = -1;
  for (auto at = from; at + window <= to; at += step) {
    const auto here = energy(samples.subspan(at, window));
    if (least < 0 || here < least) least = here, best = at + window / 2;
  }
  return best;
}

std::vector<SpeechSpan> speech_spans(audio::SampleView samples) {
  const auto loudest = loudest_rms(samples);
  if (loudest < lowest_rms) return {};
  std::vector<SpeechSpan> pieces;
  for (auto span : utterances(samples, std::clamp(loudest * below_loudest, lowest_rms, usual_rms))) {
    if (span.speech < shortest_speech) continue;
    while (span.to - span.from > samples_in(longest_piece)) {
      const auto cut = quietest_place(samples, span.from + samples_in(longest_piece) / 2, span.from + samples_in(longest_piece));
      pieces.push_back({.from = span.from, .to = cut, .speech = audio::duration_of(cut - span.from), .goes_on = true});
      span.from = cut;
    }
    span.speech = std::min(span.speech, audio::duration_of(span.to - span.from));
    pieces.push_back(span);
  }
  return pieces;
}

bool is_steady(audio::SampleView samples) {
  constexpr double steady = 1.5;
  const auto loudest = loudest_rms(samples);
  std::vector<double> levels;
  for (std::size_t at = 0; at + frame <= samples.size(); at += frame)
    if (const auto level = std::sqrt(energy(samples.subspan(at, frame)) / frame); level > loudest * below_loudest) levels.push_back(level);
  if (levels.size() < 10) return false;
  std::sort(levels.begin(), levels.end());
  return levels[levels.size() * 9 / 10] < steady * levels[levels.size() / 10];
}

std::string plausible_text(std::string_view text, Duration speech) {
  constexpr double most_words_per_second = 8;
  constexpr auto shortest_you = std::chrono::milliseconds(400);
  auto plain = trim(text);
  const auto words = words_of(plain);
  const bool in_brackets = !plain.empty() && (plain.front() == '[' || plain.front() == '(') && (plain.back() == ']' || plain.back() == ')');
  if (words.empty() || in_brackets) return {};
  if (words.size() == 1 && words.front() == U"you" && speech < shortest_you) return {};
  if (static_cast<double>(words.size()) > most_words_per_second * std::max(to_seconds(speech), 0.5)) return {};
  if (plain.ends_with('.') && !plain.ends_with("..") && !plain.ends_with(".m.")) plain.remove_suffix(1);
  return std::string(plain);
}

}  // namespace antiphon::stt
