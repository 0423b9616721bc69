#pragma once

#include <memory>
#include <optional>
#include <string>

#include "antiphon/base/runtime.hpp"
#include "antiphon/net/byte_stream.hpp"
#include "antiphon/net/http.hpp"
#include "antiphon/net/internal/http_parser.hpp"
#include "antiphon/net/internal/tls_stream.hpp"
#include "antiphon/net/internal/websocket_core.hpp"

namespace antiphon::net {

/// TLS of a server.
struct ServerTlsCore {
  explicit ServerTlsCore(const ServerTls& tls) : context(tls), handshake_timeout(tls.handshake_timeout) {}
  TlsServerContext context;
  Duration handshake_timeout;
};

/// What the connections of one server share.
struct ServerCore {
  Runtime& runtime;
  HttpServerOptions options;
  HttpHandler handler;
  std::shared_ptr<const ServerTlsCore> tls{};  ///< nullptr: none
  bool stopping = false;
};

/// One connection of a server: requests one after the other.
class ServerConnection {
 public:
  ServerConnection(std::shared_ptr<ServerCore> core, std::unique_ptr<ByteStream> stream);
  ~ServerConnection();
  Task<> run();
  /// Between requests: nothing is lost when it is closed.
  bool is_idle() const { return !busy_; }
  /// Ends what must not be lost politely, where the protocol knows how: a WebSocket.
  void go_away();
  void close();

 private:
  enum class Got { request, end };
  Task<> shake_hands();
  Task<Got> read_request(RequestParser& parser);
  Task<> answer(RequestParser& parser);
  Task<std::unique_ptr<WebSocket>> upgrade(const ServerRequest& request, WsAcceptance acceptance);
  Task<> refuse(int status, std::string message);
  Task<> linger();
  void set_limit(Duration limit);
  void watch(Clock::Time at);

  std::shared_ptr<ServerCore> core_;
  std::unique_ptr<ByteStream> stream_;  ///< null once it is a WebSocket
  std::shared_ptr<WebSocketCore> websocket_;
  std::string unread_;
  bool busy_ = false, keep_ = true;
  Clock::Time limit_ = Clock::Time::max();
  std::optional<Clock::Alarm> alarm_;
  Clock::Time alarm_at_ = Clock::Time::max();
  std::weak_ptr<const void> clock_alive_;
};

}  // namespace antiphon::net
