#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "antiphon/base/error.hpp"
#include "antiphon/base/pulse.hpp"
#include "antiphon/gateway/call/caller_connection.hpp"
#include "antiphon/net/websocket.hpp"

namespace antiphon::gateway {

/// Why a connection has to be closed by us.
struct Offence {
  std::uint16_t code = 1008;
  std::string reason;
};

/// Throws on what `WebSocket::receive` threw: as a CallerFault where the far side broke the rules of WebSocket, or sent more than it may.
[[noreturn]] void throw_received(const Error& error);

/// Audio that may wait for a client that does not read.
inline constexpr Duration longest_queue = std::chrono::seconds(5);

/// What is sent to a client, frames of audio and other messages, in order: at once where the client takes it, else it waits here.
class Outbox {
 public:
  explicit Outbox(net::WebSocket& socket) : socket_(socket) {}

  /// Sends until cancelled. @throws Error closed.
  Task<> pump();
  /// @throws Error closed where nothing can be sent any more.
  void put(net::WsMessage message);
  /// @throws Error closed; CallerFault where more than `longest_queue` of audio waits: the client reads too slowly.
  void put_frame(net::WsMessage message);
  /// The same for several that belong together: where the client takes them they leave in one write.
  void put_frames(std::vector<net::WsMessage> messages);
  /// Whether `put_frame` would throw nothing, so many times.
  bool takes_frames(std::size_t count = 1) const { return !broken_ && static_cast<std::int64_t>(frames_ + count - 1) * frame_length <= longest_queue; }
  /// Audio that waits here is not played any more, either.
  void drop_audio();
  /// Until all was sent. @throws Error timeout, closed.
  Task<> sent(Clock& clock, Deadline deadline);
  bool broken() const { return broken_; }

 private:
  struct Item {
    net::WsMessage message;
    bool is_audio;
  };

  void add(net::WsMessage message, bool is_audio);
  Task<> wait_until_sent();

  net::WebSocket& socket_;
  std::deque<Item> items_;  ///< the first is being sent
  std::size_t frames_ = 0;  ///< of audio in it
  bool broken_ = false;     ///< nothing can be sent any more
  Pulse changed_;
};

/// Tells callers from those who only want to keep us busy.
class FloodGuard {
 public:
  explicit FloodGuard(Clock& clock) : clock_(clock), began_(clock.now()), messages_until_(clock.now()) {}

  /// One message, however little is in it.
  std::optional<Offence> count_message();
  /// A text that has to be understood costs more than a frame of sound: as much as a message for each 16 bytes.
  std::optional<Offence> count_text(std::size_t bytes);
  std::optional<Offence> count_audio(Duration length);

 private:
  std::optional<Offence> count(Duration of_their_time);

  Clock& clock_;
  Clock::Time began_;
  Duration heard_{0};           ///< audio that came
  Clock::Time messages_until_;  ///< at which the messages that came would have come at the highest rate
};

}  // namespace antiphon::gateway
