#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "antiphon/agent/voice_agent.hpp"
#include "antiphon/net/websocket.hpp"

namespace antiphon::wire {

/// Messages both ways between us and one agent. Belongs to one executor; one caller sends while another receives.
class VoiceTransport {
 public:
  virtual ~VoiceTransport() = default;

  /// @throws Error as the network's.
  virtual Task<> connect(Deadline deadline) = 0;
  /// nullopt: it is over, and `ending` tells how. A deadline that passes, and a cancellation, lose nothing.
  /// @throws Error timeout, closed, protocol, too_large.
  virtual Task<std::optional<net::WsMessage>> receive(Deadline deadline) = 0;
  /// As net::WebSocket's. False: it knows `receive` alone.
  virtual bool listen(net::WebSocket::Listener) { return false; }
  /// @throws Error timeout when the agent takes nothing; closed.
  virtual Task<> send(net::WsMessage message, Deadline deadline) = 0;
  /// As net::WebSocket's.
  virtual bool send_now(const net::WsMessage&) { return false; }
  /// Idempotent, also before `connect` and after a failure. Never throws an Error.
  virtual Task<> close(Deadline deadline) = 0;
  /// After `receive` answered nullopt.
  virtual Task<AgentClosed> ending() = 0;
  /// For messages: an address without user, password and query; a program.
  virtual const std::string& place() const = 0;
  /// What is worth knowing of the call so far and is no error.
  virtual std::vector<std::string> notices() const { return {}; }
};

}  // namespace antiphon::wire
