#pragma once

#include <memory>

#include "antiphon/net/websocket.hpp"

namespace antiphon::cli {

/// Calls a gateway. Where that refuses the handshake, the error's hint is what whoever typed the command can do about it.
/// @throws Error as net::connect_websocket.
Task<std::unique_ptr<net::WebSocket>> dial_gateway(Runtime& runtime, net::WsRequest request, Deadline deadline);

}  // namespace antiphon::cli
