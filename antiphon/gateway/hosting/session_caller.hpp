#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "antiphon/audio/resample.hpp"
#include "antiphon/base/channel.hpp"
#include "antiphon/gateway/call/caller_connection.hpp"
#include "antiphon/gateway/endpoints/outbox.hpp"
#include "antiphon/session/items.hpp"

namespace antiphon::gateway {

/// The caller of a hosted session while its audio is on: a controller's sound and texts go in, the call's sound and events come out. One executor.
class SessionCaller final : public CallerConnection {
 public:
  struct Ends {
    std::function<Task<>(json::object event)> event;
    std::function<Task<>(session::SessionAudio)> play;
    std::function<void()> clear;
  };
  SessionCaller(Clock& clock, Ends ends) : clock_(clock), ends_(std::move(ends)), flood_(clock) {}

  /// At any rate, of any number of channels. What comes faster than anybody speaks is dropped.
  void hear(const session::SessionAudio& audio);
  void say(std::string text) { give(CallerText{std::move(text)}); }

  Task<std::optional<CallerInput>> receive(Deadline deadline) override;
  void listen(Listener listener) override { listener_ = std::move(listener); }
  Task<> send_audio(audio::SampleView frame, Deadline deadline) override;
  Task<> clear(Deadline deadline) override;
  Task<> event(json::object event, Deadline deadline) override;
  Duration ahead() const override { return std::chrono::milliseconds(100); }
  Task<> end(CallEnd end, Deadline deadline) override;

 private:
  void give(CallerInput input);
  Task<> play(audio::Samples samples);

  Clock& clock_;
  Ends ends_;
  FloodGuard flood_;
  Listener listener_;
  Channel<CallerInput> inputs_;
  std::optional<audio::Resampler> in_, out_;
  std::uint32_t in_rate_hz_ = 0;
};

}  // namespace antiphon::gateway
