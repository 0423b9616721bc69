#pragma once

#include <memory>
#include <optional>
#include <string>

#include "antiphon/audio/line_codec.hpp"
#include "antiphon/base/json.hpp"
#include "antiphon/base/limit.hpp"
#include "antiphon/gateway/endpoints/call_request.hpp"
#include "antiphon/gateway/endpoints/line_connection.hpp"
#include "antiphon/gateway/endpoints/outbox.hpp"
#include "antiphon/net/websocket.hpp"

namespace antiphon::gateway {

/// Bytes of one message of a caller, at most.
inline constexpr std::size_t longest_call_message = 64 * 1024;

/// A caller behind a WebSocket that speaks `antiphon.call/1` (contracts.md §10). Binary messages are one stream of bytes, however they are cut.
class WsCaller final : public LineConnection {
 public:
  /// `socket` was accepted with a limit of `longest_call_message`.
  WsCaller(Clock& clock, std::unique_ptr<net::WebSocket> socket, const CallRequest& request);

  Task<> pump() override { return outbox_.pump(); }
  bool is_lost() const override;

  Task<std::optional<CallerInput>> receive(Deadline deadline) override;
  void listen(Listener listener) override;
  /// Returns at once: what the client does not take waits, for at most `longest_queue` of audio.
  Task<> send_audio(audio::SampleView frame, Deadline deadline) override;
  bool send_audio_now(audio::SampleView frames) override;
  std::size_t frames_together() const override { return events_ ? 2 : 1; }
  Task<> clear(Deadline deadline) override;
  Task<> event(json::object event, Deadline deadline) override;
  Duration ahead() const override { return events_ ? std::chrono::milliseconds(100) : frame_length; }
  Task<> end(CallEnd end, Deadline deadline) override;

  std::size_t ignored() const override { return ignored_; }

 private:
  std::optional<CallerInput> read(const net::WsMessage& message);
  std::optional<CallerInput> read_audio(std::string_view bytes);
  std::optional<CallerInput> read_text(const std::string& text);

  Clock& clock_;
  std::unique_ptr<net::WebSocket> socket_;
  Stoppable listening_;  ///< `receive` waits by it for what listeners are not told
  bool events_;
  audio::Encoding in_;
  audio::ByteJoiner joiner_;
  audio::LineDecoder decoder_;
  audio::LineEncoder encoder_;
  std::optional<Offence> offence_;
  bool hung_up_ = false;
  Outbox outbox_;
  FloodGuard flood_;
  Clock::Time began_;
  bool begun_ = false;  ///< audio was seen
  std::size_t ignored_ = 0;
};

}  // namespace antiphon::gateway
