#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "antiphon/base/error.hpp"
#include "antiphon/base/pulse.hpp"
#include "antiphon/session/transport.hpp"

namespace antiphon::session {

/// What is to be sent, in order: the one writer of a connection. Belongs to one executor.
class Outbox {
 public:
  /// @param stall how long the far side may take nothing before the connection counts as lost.
  Outbox(Clock& clock, Duration stall) : clock_(clock), stall_(stall) {}

  /// What a far side lets pile up that takes a little, and too little, is dropped, and ends the sending.
  void push(std::string message);
  /// Waits while more is waiting to be sent than a slow far side should be given. Cancellable. @throws Error closed where sending has ended.
  Task<> room();
  /// Waits until all is sent, or sending has ended. Cancellable.
  Task<> drained();
  /// Sends what comes until cancelled, or until sending fails: then `failed` with the reason. Never throws an Error.
  Task<> run(SessionTransport& transport, std::function<void(const Error&)> failed);

 private:
  bool is_full() const { return waiting_bytes_ > most_waiting; }

  static constexpr std::size_t most_waiting = 256 * 1024, most_piled = 8 * 1024 * 1024;
  Clock& clock_;
  Duration stall_;
  std::deque<std::string> messages_;
  std::size_t waiting_bytes_ = 0;
  bool sending_ = false, ended_ = false, overflown_ = false;
  Pulse changed_;
};

}  // namespace antiphon::session
