#include "antiphon/scenario/voice/person_speech.hpp"

#include <algorithm>

namespace antiphon::voice {

namespace {

using namespace std::chrono_literals;

// A click is no word.
audio::VoiceSettings for_a_person(audio::VoiceSettings detector) {
  detector.timing = {.onset = 100ms, .hangover = PersonSpeech::end_of_utterance};
  return detector;
}

}  // namespace

PersonSpeech::PersonSpeech(audio::Microphone& microphone, audio::VoiceSettings detector) : microphone_(microphone), activity_(for_a_person(detector)) {
  microphone_.flush();
}

audio::Samples PersonSpeech::frame(std::size_t count, std::vector<UserUtterance>& utterances) {
  for (const auto sample : microphone_.take(2 * count - std::min(2 * count, ready_.size()))) ready_.push_back(sample);
  if (ready_.size() < count) primed_ = false;
  primed_ |= ready_.size() >= 2 * count;
  audio::Samples samples;
  if (primed_) {
    const auto end = ready_.begin() + static_cast<std::ptrdiff_t>(count);
    samples.assign(ready_.begin(), end);
    ready_.erase(ready_.begin(), end);
  }
  samples.resize(count);
  look(samples, utterances);
  return samples;
}

void PersonSpeech::pass(std::size_t count, std::vector<UserUtterance>& utterances) {
  microphone_.flush();
  ready_.clear();
  primed_ = false;
  look(audio::Samples(count), utterances);
}

// The detector sees every frame of the line, so that its places are those of the call.
void PersonSpeech::look(audio::SampleView samples, std::vector<UserUtterance>& utterances) {
  for (const auto& edge : activity_.feed(samples)) {
    const auto at = audio::duration_of(edge.at);
    if (edge.starts) {
      open_ = utterances.size();
      utterances.push_back({.kind = UtteranceKind::speech, .start = at, .end = at, .voiced = {{at, at}}});
    } else if (open_) {
      utterances[*open_].end = utterances[*open_].voiced.back().end = at;
      ended_.push_back(*std::exchange(open_, std::nullopt));
    }
  }
  if (open_) utterances[*open_].end = utterances[*open_].voiced.back().end = audio::duration_of(activity_.last_voiced_end());
}

std::optional<std::size_t> PersonSpeech::take_ended() {
  if (ended_.empty()) return std::nullopt;
  const auto utterance = ended_.front();
  ended_.pop_front();
  return utterance;
}

}  // namespace antiphon::voice
