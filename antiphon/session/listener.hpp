#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "antiphon/session/simulation.hpp"
#include "antiphon/session/transport.hpp"

namespace antiphon::session {

struct SessionListenOptions {
  net::HostPort place{"127.0.0.1", 0};  ///< port 0: any free one
  std::string token{};                  ///< WebSockets must bring it as bearer; empty: they need none
  std::size_t connection_limit = 1000;  ///< those beyond are hung up on
};

/// A controller that came.
struct SessionArrival {
  std::unique_ptr<SessionTransport> transport;
  std::optional<SimulationDispatch> simulation{};  ///< that it brought in its header
  std::string from{};                              ///< its address
};

/// Accepts controllers of sessions on one port: frames over TCP, and WebSockets at `/session`. Belongs to one executor.
///
/// What comes over TCP from another machine is refused: it is neither secret nor authenticated.
class SessionListener {
 public:
  /// One coroutine per connection, which ends with it.
  using Handler = std::function<Task<>(SessionArrival)>;

  /// Listens at once. @throws Error usage where others can reach it and there is no token; refused with the system's reason.
  SessionListener(Runtime& runtime, SessionListenOptions options, Handler handler);
  ~SessionListener();
  SessionListener(const SessionListener&) = delete;
  SessionListener& operator=(const SessionListener&) = delete;

  std::uint16_t port() const;
  /// Accepts until `stop` or a cancellation; returns when all handlers have ended. Those still there when it stops are cancelled. A handler that throws ends
  /// its own connection alone.
  Task<> serve();
  void stop();
  /// Serves a connection that was made in another way, while `serve` runs.
  void adopt(std::unique_ptr<net::ByteStream> stream);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace antiphon::session
