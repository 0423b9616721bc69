#pragma once

#include <memory>
#include <string>

#include "antiphon/net/internal/url.hpp"
#include "antiphon/net/websocket.hpp"

namespace antiphon::net {

/// A WebSocket that whoever looks after connections sees, too.
class WebSocketCore : public WebSocket {
 public:
  /// Says goodbye (1001) in the background.
  virtual void go_away() = 0;
};

/// What is handed out: destroyed, it cuts the connection, if that has not ended.
std::unique_ptr<WebSocket> hand_out(std::shared_ptr<WebSocketCore> core);

/// @throws as connect_websocket.
Task<std::shared_ptr<WebSocketCore>> shake_hands(Runtime& runtime, std::unique_ptr<ByteStream> stream, Url url, WsRequest request, Deadline deadline);

/// `unread` is what came behind the request. @throws as ServerReply::accept_websocket.
Task<std::shared_ptr<WebSocketCore>> accept_websocket(Runtime& runtime, std::unique_ptr<ByteStream> stream, std::string unread, const ServerRequest& request,
                                                      WsAcceptance acceptance);

}  // namespace antiphon::net
