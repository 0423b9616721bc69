#pragma once

#include <memory>
#include <optional>
#include <string>

#include "antiphon/adapters/session/session_agent.hpp"
#include "antiphon/base/limit.hpp"
#include "antiphon/base/runtime.hpp"
#include "antiphon/net/process.hpp"
#include "antiphon/session/remote_session.hpp"
#include "antiphon/session/simulation.hpp"

namespace antiphon {

/// The way to one agent: its program where there is one, and its session, ready and by text. Shared with `antiphon session`.
class SessionLink {
 public:
  SessionLink(Runtime& runtime, SessionAgentOptions options, std::optional<session::SimulationDispatch> simulation = {})
      : runtime_(runtime), options_(std::move(options)), simulation_(std::move(simulation)) {}

  /// Starts the program, connects either way, waits until the agent answers, switches sound off. Once.
  /// @param listener for agents that dial; nullptr: one of its own.
  /// @throws Error, with the party where the agent is to blame.
  /// @param on_retry told of each try to reach it that failed, when there will be another.
  Task<> open(std::function<void(const session::SessionEvent&)> on_event, net::TcpListener* listener, Deadline deadline,
              std::function<void(const Error&)> on_retry = {});
  /// Whether it has answered once.
  bool is_open() const { return ready_; }
  session::RemoteSession& remote() { return *remote_; }
  /// What an error of the session came from, where its program has ended meanwhile.
  Task<Error> explained(Error error);
  /// Hangs up, then ends the program.
  Task<> close();

 private:
  void start_program(const std::string& address);
  std::unique_ptr<session::SessionTransport> dial() const;
  Task<std::unique_ptr<session::SessionTransport>> accept(net::TcpListener& listener, Deadline deadline);
  Task<> wait_until_ready(Deadline deadline);
  Task<> until_ready(Deadline deadline);
  void tried(const Error& error);

  Runtime& runtime_;
  SessionAgentOptions options_;
  std::optional<session::SimulationDispatch> simulation_;
  std::unique_ptr<net::TcpListener> listener_;
  std::unique_ptr<net::Process> process_;
  std::optional<session::RemoteSession> remote_;
  std::function<void(const Error&)> on_retry_;
  Stoppable waiting_;
  Clock::Time dialled_{0};
  std::optional<Error> given_up_;  ///< why nobody waits any longer
  bool ready_ = false;
};

/// Where a session is that is dialled: a WebSocket's address, or the host and port of frames. @throws Error configuration.
std::string websocket_url_of(const SessionAgentOptions& options);
void check_session_options(const SessionAgentOptions& options);

}  // namespace antiphon
