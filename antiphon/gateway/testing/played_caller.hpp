#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "antiphon/base/channel.hpp"
#include "antiphon/gateway/call/caller_connection.hpp"

/// A caller that does what a test writes down, without any transport. For tests alone.
namespace antiphon::gateway::testing {

/// A hum, loud enough for every detector.
inline audio::Samples voice(Duration length) {
  audio::Samples samples(audio::samples_in(length));
  for (std::size_t i = 0; i < samples.size(); ++i)
    samples[i] = audio::to_sample(6000 * std::sin(2 * std::numbers::pi * 200 * static_cast<double>(i) / audio::canonical_rate_hz));
  return samples;
}

class PlayedCaller : public CallerConnection {
 public:
  explicit PlayedCaller(Clock& clock, Duration ahead = std::chrono::milliseconds(100)) : clock_(clock), ahead_(ahead) {}

  Task<std::optional<CallerInput>> receive(Deadline deadline) override {
    co_return co_await inputs_.pop(clock_, deadline, Error(ErrorKind::timeout, "the caller did nothing"));
  }
  Task<> send_audio(audio::SampleView frame, Deadline) override {
    frames.emplace_back(clock_.now(), audio::Samples(frame.begin(), frame.end()));
    co_return;
  }
  Task<> clear(Deadline) override {
    cleared.push_back(clock_.now());
    co_return;
  }
  Task<> event(json::object event, Deadline) override {
    events.emplace_back(clock_.now(), std::move(event));
    co_return;
  }
  Duration ahead() const override { return ahead_; }
  Task<> end(CallEnd end, Deadline) override {
    ended = end;
    co_return;
  }

  /// Speaks, or is silent, in frames of 20 ms at their times.
  Task<> send(audio::Samples samples) {
    constexpr std::size_t frame = audio::canonical_rate_hz / 50;
    for (std::size_t at = 0; at < samples.size(); at += frame) {
      co_await clock_.sleep_for(frame_length);
      const auto end = std::min(at + frame, samples.size());
      inputs_.push(
          CallerInput{CallerAudio{audio::Samples(samples.begin() + static_cast<std::ptrdiff_t>(at), samples.begin() + static_cast<std::ptrdiff_t>(end))}});
    }
  }
  Task<> speak(Duration length) { co_await send(voice(length)); }
  Task<> be_silent(Duration length) { co_await send(audio::Samples(audio::samples_in(length))); }
  void put(CallerInput input) { inputs_.push(std::move(input)); }
  void hang_up() { inputs_.push(std::nullopt); }

  std::vector<const json::object*> events_of(std::string_view type) const {
    std::vector<const json::object*> all;
    for (const auto& [at, event] : events)
      if (event.at("type").as_string() == type) all.push_back(&event);
    return all;
  }

  std::vector<std::pair<Clock::Time, audio::Samples>> frames;
  std::vector<std::pair<Clock::Time, json::object>> events;
  std::vector<Clock::Time> cleared;
  std::optional<CallEnd> ended;

 private:
  Clock& clock_;
  Duration ahead_;
  Channel<std::optional<CallerInput>> inputs_;
};

}  // namespace antiphon::gateway::testing
