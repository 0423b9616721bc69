#pragma once

#include "antiphon/gateway/endpoints/line_connection.hpp"
#include "antiphon/gateway/sessions/call_keeper.hpp"

namespace antiphon::gateway {

/// A caller whose call is kept: what happens in it passes here on its way. A sentence is kept before its first audio leaves, all else soon (contracts.md §10).
class KeptCaller final : public CallerConnection {
 public:
  KeptCaller(LineConnection& caller, CallKeeper& keeper) : caller_(caller), keeper_(keeper) {}

  Task<std::optional<CallerInput>> receive(Deadline deadline) override { return caller_.receive(deadline); }
  void listen(Listener listener) override { caller_.listen(std::move(listener)); }
  Task<> send_audio(audio::SampleView frame, Deadline deadline) override { return caller_.send_audio(frame, deadline); }
  bool send_audio_now(audio::SampleView frames) override { return caller_.send_audio_now(frames); }
  std::size_t frames_together() const override { return caller_.frames_together(); }
  Task<> clear(Deadline deadline) override { return caller_.clear(deadline); }
  Task<> event(json::object event, Deadline deadline) override {
    const auto& type = event.at("type").as_string();
    if (type == "agent.text")
      co_await keeper_.keep();
    else if (!type.starts_with("transcript.partial") && !type.starts_with("user."))
      keeper_.note();
    co_await caller_.event(std::move(event), deadline);
  }
  Duration ahead() const override { return caller_.ahead(); }
  std::size_t ignored() const override { return caller_.ignored(); }
  /// What is kept is settled before the connection ends: whoever sees that may ask for it at once.
  Task<> end(CallEnd end, Deadline deadline) override {
    co_await keeper_.finish(end == CallEnd::drain || (end == CallEnd::caller_hangup && caller_.is_lost()));
    co_await caller_.end(end, deadline);
  }

 private:
  LineConnection& caller_;
  CallKeeper& keeper_;
};

}  // namespace antiphon::gateway
