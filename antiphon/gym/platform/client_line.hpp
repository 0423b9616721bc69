#pragma once

#include <deque>
#include <memory>
#include <string>

#include "antiphon/base/pulse.hpp"
#include "antiphon/base/runtime.hpp"
#include "antiphon/net/websocket.hpp"
#include "antiphon/protocol/layercode/server_messages.hpp"

namespace antiphon::gym {

/// What is on its way to a client. Whoever says something neither waits for the network nor cuts it when cancelled: `pump` alone sends.
class ClientLine {
 public:
  /// `socket` outlives it.
  ClientLine(Runtime& runtime, net::WebSocket& socket) : runtime_(runtime), socket_(socket) {}

  void send(const layercode::ServerMessage& message);
  /// Until little enough waits that more audio may follow.
  Task<> wait_for_room();
  /// Audio of this turn that has not left yet never will.
  void drop_audio(const std::string& turn_id);
  /// Until all has left.
  Task<> wait_until_sent();

  /// Sends until cancelled. One task. @throws Error timeout where the client takes nothing for ten seconds; closed
  Task<> pump();

 private:
  struct Waiting {
    std::string text;
    std::string audio_of;  ///< turn id; empty: something else than audio
  };
  void forget(const Waiting& gone);

  Runtime& runtime_;
  net::WebSocket& socket_;
  std::deque<Waiting> waiting_;
  std::size_t bytes_ = 0;
  bool sending_ = false;
  Pulse more_, less_;
};

}  // namespace antiphon::gym
