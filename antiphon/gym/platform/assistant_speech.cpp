#include "antiphon/gym/platform/assistant_speech.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::gym {

namespace {

constexpr std::size_t frame_samples = layercode::response_rate_hz / 10;
constexpr auto longest_synthesis = std::chrono::seconds(15);  // to its beginning, and from piece to piece

}  // namespace

AssistantSpeech::AssistantSpeech(Runtime& runtime, const PlatformSpeech& speech, ClientLine& line, std::string turn_id, Duration lead,
                                 std::function<void(const Error&)> on_lost)
    : runtime_(runtime), speech_(speech), line_(line), turn_id_(std::move(turn_id)), lead_(lead), on_lost_(std::move(on_lost)) {}

void AssistantSpeech::say(std::string_view text) {
  text_ += text;
  for (auto& sentence : cutter_.push(text)) queue(std::move(sentence));
}

void AssistantSpeech::queue(std::string sentence) {
  const bool spoken = speech_.voice && !trim(sentence).empty();
  playback_.add_sentence(sentence, spoken);
  if (!spoken) return;
  waiting_.push_back(std::move(sentence));
  changed_.beat();
}

void AssistantSpeech::finish() {
  if (auto rest = cutter_.finish(); !rest.empty()) queue(std::move(rest));
  finished_ = true;
  changed_.beat();
}

void AssistantSpeech::hush() {
  waiting_.clear();
  finished_ = true, speaking_ = false;
  changed_.beat();
}

Task<> AssistantSpeech::wait_until_spoken() {
  while (!finished_ || speaking_ || !waiting_.empty()) co_await changed_.wait();
}

Task<> AssistantSpeech::run() {
  for (;;) {
    while (waiting_.empty()) co_await changed_.wait();
    auto sentence = std::move(waiting_.front());
    waiting_.pop_front();
    speaking_ = true;
    co_await speak(std::move(sentence));
    speaking_ = false;
    changed_.beat();
  }
}

Task<> AssistantSpeech::speak(std::string sentence) {
  std::optional<Error> lost;
  try {
    auto request = speech_.voice_defaults;
    request.text = std::string(trim(sentence));
    const auto stream = co_await speech_.voice->synthesize(std::move(request), Deadline::after(runtime_.clock, longest_synthesis));
    while (auto samples = co_await stream->next(Deadline::after(runtime_.clock, longest_synthesis))) co_await send(rate_.feed(*samples));
    co_await send(rate_.finish());
    co_await send_rest();
  } catch (const Error& error) {
    lost = error;
  }
  playback_.finish_sentence();
  if (lost) on_lost_(*lost);
}

Task<> AssistantSpeech::send(audio::Samples samples) {
  frame_.insert(frame_.end(), samples.begin(), samples.end());
  while (frame_.size() >= frame_samples) {
    const audio::Samples whole(frame_.begin(), frame_.begin() + static_cast<std::ptrdiff_t>(frame_samples));
    frame_.erase(frame_.begin(), frame_.begin() + static_cast<std::ptrdiff_t>(frame_samples));
    const auto due = playback_.plays_until() - lead_;
    if (due > runtime_.clock.now()) co_await runtime_.clock.sleep_until(due);
    co_await line_.wait_for_room();
    const auto length = audio::duration_of(whole.size(), layercode::response_rate_hz);
    line_.send(layercode::ResponseAudio{audio::bytes_from_samples(whole), turn_id_, fmt::format("{}-{}", turn_id_, ++frames_)});
    playback_.sent(length, runtime_.clock.now());
    spoken_ += length;
  }
}

// Players take blocks of 128 samples and leave the last part of one out: silence fills the frame.
Task<> AssistantSpeech::send_rest() {
  if (frame_.empty()) co_return;
  frame_.resize(std::max(frame_samples, frame_.size()));
  co_await send({});
}

}  // namespace antiphon::gym
