#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "antiphon/base/clock.hpp"
#include "antiphon/base/runtime.hpp"
#include "antiphon/base/task.hpp"
#include "antiphon/net/byte_stream.hpp"
#include "antiphon/net/http.hpp"

namespace antiphon::net {

struct WsMessage {
  enum class Type { text, binary };

  Type type = Type::text;
  std::string data{};         ///< whole; a text is valid UTF-8
  Clock::Time arrived_at{0};  ///< of a received one: when its last byte was there, however late it is asked for

  bool is_binary() const { return type == Type::binary; }
  static WsMessage text(std::string data) { return {Type::text, std::move(data), {}}; }
  static WsMessage binary(std::string data) { return {Type::binary, std::move(data), {}}; }
};

/// How a connection was ended. Codes as in RFC 6455, 7.4; 1005 where the far side gave none.
struct WsClose {
  std::uint16_t code = 1000;
  std::string reason{};
};

struct WsOptions {
  std::size_t message_limit = 16 * 1024 * 1024;  ///< bytes of a received message; over it the far side is told 1009
  std::size_t ahead_limit = 1024 * 1024;         ///< bytes received that nobody asked for yet; beyond, the far side has to wait
  bool compression = false;                      ///< offers or accepts permessage-deflate; audio does not get smaller by it
};

/// A conversation of messages (RFC 6455), as client or as server. Belongs to one executor.
///
/// Pings are answered by itself, also while nobody receives. Destroyed before it was closed, it cuts the connection.
/// Errors name the far side as host:port, and neither path, query nor header fields.
class WebSocket {
 public:
  virtual ~WebSocket() = default;

  /// The next whole message; nullopt once the far side said goodbye, or we did: `closed` tells how. One caller at a time.
  ///
  /// A deadline that passes, and a cancellation, leave the connection as it is: nothing is lost, the next call goes on.
  /// @throws Error timeout; and, for this and every later call: closed (an end without a goodbye), protocol (invalid UTF-8 included),
  ///         too_large.
  virtual Task<std::optional<WsMessage>> receive(Deadline deadline) = 0;

  using Listener = std::function<void(const WsMessage&)>;
  /// From now on each message goes to `listener` in the moment it is there, those that wait already first, and `receive` tells the end alone. It spares a
  /// coroutine per message. Empty: nobody listens any more. It may not throw.
  virtual void listen(Listener listener) = 0;

  /// Returns when the system has taken the message in whole. Several may send: messages go one after the other, in the order of the calls.
  ///
  /// A deadline that passes, or a cancellation, before its turn came sends nothing of it and leaves the connection usable; later, with half a
  /// message sent, it cuts the connection.
  /// @throws Error timeout, closed; invalid_input for a text that is not UTF-8, of which nothing is sent.
  virtual Task<> send(WsMessage message, Deadline deadline) = 0;

  /// Sends it without waiting where nothing else is being sent. False: nothing of it was sent, and `send` is to be asked.
  ///
  /// Of a far side that reads nothing, one message is taken more than the system's buffers hold.
  virtual bool send_now(const WsMessage& message) = 0;
  /// The same for several, in one write: all or nothing.
  virtual bool send_all_now(std::span<const WsMessage> messages) = 0;

  /// Says goodbye and waits for the far side's; messages that come meanwhile are dropped. Cuts the connection when that takes until `deadline`
  /// or more than 8 MiB, or is cancelled. Nothing to do where it has ended already. Never throws an Error.
  ///
  /// `reason`: at most 123 bytes are sent.
  virtual Task<> close(std::uint16_t code, std::string reason, Deadline deadline) = 0;

  /// Ends it at once, without a goodbye; whoever waits gets Error closed.
  virtual void cut() = 0;

  /// How it was closed: what the far side said, or what we did where we were first. nullopt while it is open, or when it ended otherwise.
  virtual std::optional<WsClose> closed() const = 0;

  /// The one agreed on; empty where none was.
  virtual const std::string& subprotocol() const = 0;
};

struct WsRequest {
  std::string url{};                        ///< absolute, ws or wss (http and https mean the same)
  Headers headers{};                        ///< beside those of the handshake
  std::vector<std::string> subprotocols{};  ///< the one wanted most is first
  TlsOptions tls{};
  WsOptions options{};
  bool use_proxy_from_environment = true;  ///< HTTPS_PROXY, HTTP_PROXY, NO_PROXY; through CONNECT
};

/// In the message of the error for an answer other than 101: what follows it, after a colon, is the beginning of that answer's body.
inline constexpr std::string_view declined_websocket = " and opened no WebSocket";
/// What can be known to be wrong with it before it is sent. @throws Error configuration: the address, a header field, a sub-protocol.
void check_request(const WsRequest& request);

/// Connects and shakes hands.
/// @throws Error configuration (the address, a header field); refused (connect, DNS, TLS); timeout; closed; protocol; for an answer other
///         than 101 what its status means (unauthorized, not_found, unavailable …), with the status and the beginning of its body.
Task<std::unique_ptr<WebSocket>> connect_websocket(Runtime& runtime, WsRequest request, Deadline deadline);

/// The same over a stream that is connected already, such as one end of `memory_connection`; of the address only host and target matter.
Task<std::unique_ptr<WebSocket>> connect_websocket(Runtime& runtime, WsRequest request, std::unique_ptr<ByteStream> stream, Deadline deadline);

/// Whether a client wants a WebSocket: then a handler of an HttpServer may call ServerReply::accept_websocket.
bool is_websocket_upgrade(const ServerRequest& request);

/// The sub-protocols that a client offers, in its order.
std::vector<std::string> offered_subprotocols(const ServerRequest& request);

struct WsAcceptance {
  std::string subprotocol{};  ///< one of those offered; empty: none
  Headers headers{};          ///< added to the 101
  WsOptions options{};
};

}  // namespace antiphon::net
