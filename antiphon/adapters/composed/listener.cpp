#include "antiphon/adapters/composed/listener.hpp"

#include <algorithm>

namespace antiphon::composed {

namespace {

using namespace std::chrono_literals;

constexpr auto onset = 60ms;                                 // three frames in a row, as detectors of barge-in have it
constexpr auto within_words = 100ms;                         // the closed mouth of a plosive, or a lost packet
constexpr auto between_words = 240ms;                        // after more than that something else is heard
constexpr auto around_speech = 400ms, after_speech = 200ms;  // a detector hears a word only once it has begun

audio::VoiceSettings settings(const Listener::Timing& timing) {
  return {.timing = {.onset = std::chrono::duration_cast<std::chrono::milliseconds>(std::min<Duration>(onset, timing.counts_after)),
                     .hangover = std::chrono::duration_cast<std::chrono::milliseconds>(timing.endpointing)}};
}

}  // namespace

Listener::Listener(const Timing& timing) : timing_(timing), activity_(settings(timing)) {}

Listener::Change Listener::feed(audio::SampleView samples) {
  Change change;
  heard_.insert(heard_.end(), samples.begin(), samples.end());
  fed_ += samples.size();
  for (const auto& edge : activity_.feed(samples)) {
    if (edge.starts) {
      from_ = edge.at;
      // A weak sound may lie before what a detector took for speech.
      voiced_until_ = std::max(edge.at, activity_.last_voiced_end() - std::min(activity_.last_voiced_end(), audio::samples_in(2 * onset)));
      count_anew();
    } else {
      to_ = edge.at;
      change.finished = std::exchange(counts_, false);
    }
  }
  if (activity_.speaking()) count(samples.size());
  if (!keys_.feed(samples).empty() && !counts_) spoken_ = 0;
  if (!counts_ && activity_.speaking() && spoken() >= timing_.counts_after) change.began = counts_ = true;
  return change;
}

void Listener::count(std::size_t fed) {
  const auto until = activity_.last_voiced_end();
  if (until <= voiced_until_) return;
  const auto heard = until - voiced_until_, gap = heard - std::min(heard, fed);
  if (!counts_ && gap > audio::samples_in(between_words)) spoken_ = 0, from_ = until - std::min(until, fed);
  spoken_ += gap > audio::samples_in(within_words) ? fed : heard;
  voiced_until_ = until;
}

audio::Samples Listener::speech() const {
  const auto before = audio::samples_in(around_speech);
  const auto from = std::max(forgotten_, from_ > before ? from_ - before : 0) - forgotten_;
  const auto over = counts_ || activity_.speaking() ? fed_ : to_ + audio::samples_in(after_speech);
  const auto to = std::clamp(over - std::min(over, forgotten_), from, heard_.size());
  return {heard_.begin() + static_cast<std::ptrdiff_t>(from), heard_.begin() + static_cast<std::ptrdiff_t>(to)};
}

void Listener::forget() {
  if (activity_.speaking()) return;
  const auto keep = audio::samples_in(around_speech + timing_.counts_after);
  if (heard_.size() <= 2 * keep) return;
  const auto gone = heard_.size() - keep;
  heard_.erase(heard_.begin(), heard_.begin() + static_cast<std::ptrdiff_t>(gone));
  forgotten_ += gone;
}

}  // namespace antiphon::composed
