#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "antiphon/base/clock.hpp"
#include "antiphon/base/runtime.hpp"
#include "antiphon/base/task.hpp"
#include "antiphon/net/http.hpp"
#include "antiphon/net/memory.hpp"
#include "antiphon/net/tcp.hpp"
#include "antiphon/net/websocket.hpp"

namespace antiphon::session {

/// Whole messages both ways, each at most `frame_limit` bytes; what is in them is nobody's business here.
///
/// Belongs to one executor. One receiver and one sender at a time.
class SessionTransport {
 public:
  virtual ~SessionTransport() = default;

  /// Connects, where that is still to be done. Once it has succeeded, further calls do nothing; after a failure it may be tried again.
  /// @throws Error refused, timeout, unauthorized …
  virtual Task<> start(Deadline deadline) = 0;
  /// The next message; nullopt at the orderly end.
  /// @throws Error protocol for one that cannot be taken, after which the next can be; too_large, closed and all others end the connection.
  virtual Task<std::optional<std::string>> receive() = 0;
  /// Returns when the system has taken it. @throws Error closed, timeout, which end the connection; too_large, of which nothing was sent.
  virtual Task<> send(std::string message, Deadline deadline) = 0;
  /// Ends it politely, where that is known how, and at the deadline in any case. Never throws.
  virtual Task<> close(Deadline deadline) = 0;
  /// Ends it at once: whoever receives or sends gets Error closed.
  virtual void cut() = 0;
};

/// Frames on a stream that is connected already.
std::unique_ptr<SessionTransport> over_stream(Runtime& runtime, std::unique_ptr<net::ByteStream> stream);

/// Dials `place` when started. @throws Error usage (from `start`) where `place` is not of this machine: such a connection is neither secret nor authenticated.
std::unique_ptr<SessionTransport> dial_stream(Runtime& runtime, net::HostPort place);

/// One binary message each on a WebSocket that is open already.
std::unique_ptr<SessionTransport> over_websocket(Runtime& runtime, std::unique_ptr<net::WebSocket> socket);

/// Opens the WebSocket when started. `token` is sent as bearer where it is not empty.
std::unique_ptr<SessionTransport> dial_websocket(Runtime& runtime, std::string url, std::string token, net::TlsOptions tls = {}, net::Headers headers = {});

using TransportPair = std::pair<std::unique_ptr<SessionTransport>, std::unique_ptr<SessionTransport>>;

/// Two ends in one process, framed as over TCP. In virtual time a conversation over it is the same each time.
TransportPair memory_transports(Runtime& runtime, net::MemoryLinkOptions options = {});

}  // namespace antiphon::session
