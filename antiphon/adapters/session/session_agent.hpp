#pragma once

#include <map>
#include <string>
#include <vector>

#include "antiphon/agent/participant.hpp"
#include "antiphon/agent/simulated_case.hpp"
#include "antiphon/base/clock.hpp"
#include "antiphon/net/http.hpp"

namespace antiphon {

/// An agent that is a running session (docs/sessions.md), driven by text. One of `connect`, `listen`, `run` at least.
struct SessionAgentOptions {
  std::string connect{};           ///< HOST:PORT of a host, or its ws:// or wss:// address
  std::string listen{};            ///< HOST:PORT that agents dial; with `run` and neither: any free port of 127.0.0.1
  std::vector<std::string> run{};  ///< the agent's program; `{address}` in it becomes HOST:PORT
  std::string directory{};         ///< of that program
  std::map<std::string, std::string> env{};
  std::string token{};  ///< sent as bearer: the session is a WebSocket then
  net::TlsOptions tls{};
  std::shared_ptr<const SimulatedCase> simulated{};     ///< what the agent is told of the rehearsal; nullptr: nothing
  Duration connect_timeout = std::chrono::seconds(60);  ///< until the agent answers
  /// Of it, for a place at which nobody listens, and where `run` starts nobody who will.
  Duration refused_timeout = std::chrono::seconds(10);
};

/// @throws Error configuration for addresses that are none.
ParticipantSpec session_agent(SessionAgentOptions options);

}  // namespace antiphon
