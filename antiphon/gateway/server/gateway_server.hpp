#pragma once

#include <memory>
#include <string>
#include <vector>

#include "antiphon/gateway/hosting/session_desk.hpp"
#include "antiphon/gateway/observe/observability.hpp"
#include "antiphon/gateway/server/served_agent.hpp"

namespace antiphon::gateway {

/// What operators are shown of a gateway besides its metrics.
struct GatewayReports {
  std::function<void(std::string line)> write_log{};  ///< a line of JSON (docs/gateway/operating.md); nullptr: no log
  OtlpExporter* traces = nullptr;                     ///< nullptr: none are recorded; outlives the gateway, and somebody runs it
};

/// A gateway as it is configured: opens everything once, and answers each call with a session of its own. One executor.
class GatewayServer {
 public:
  /// Checks what can be checked without loading anything. @throws Error configuration, Problems of the policy or PIN file.
  GatewayServer(Runtime& runtime, GatewayConfig config, GatewayContext context, GatewayReports reports = {});
  ~GatewayServer();
  GatewayServer(const GatewayServer&) = delete;
  GatewayServer& operator=(const GatewayServer&) = delete;

  /// As `ServedAgent::load`. Calls are refused (503, `/ready` says `loading`) until it has returned.
  Task<> load(Deadline deadline);
  bool loaded() const { return loaded_; }

  /// Answers calls by another configuration from now on, once that has loaded. Calls under way end as they have begun. Where calls are kept and how they come
  /// in (`listen`, `tls`, `sessions.redis`, `twilio`, `tracing`, `log`) stays as it is.
  /// @throws Error, Problems as the constructor and `load`: everything stays as it is.
  Task<> reload(GatewayConfig config, Deadline deadline);

  /// For `net::listen_http`.
  Task<> handle(const net::ServerRequest& request, net::ServerReply& reply);
  /// A whole session of a controller, who waits until the gateway has loaded (contracts.md §13). It is one of the calls that may go on at once.
  /// @param options `simulation` and the hook are the configuration's
  Task<> host(session::SessionArrival arrival, session::SessionHostOptions options);
  /// As `CallServer::drain`, sessions likewise; then tools are let go of.
  Task<> drain(Deadline deadline);
  std::size_t active_calls() const { return calls_->active_calls() + sessions_.active(); }

 private:
  SessionDesk::Parts session_parts(const session::SimulationDispatch* simulated);
  CallServerSettings limits_of(const ServedAgent& agent) const;
  Task<> retire(std::shared_ptr<ServedAgent> agent);
  Task<> look_for_store();

  Runtime& runtime_;
  GatewayContext context_;
  std::shared_ptr<ServedAgent> agent_;
  Masker masker_;  ///< of what is reported
  std::optional<JsonLog> log_;
  Observability observability_;
  std::shared_ptr<SessionStore> store_;  ///< nullptr: calls are kept in memory
  SessionDesk sessions_;
  std::optional<CallServer> calls_;
  bool loaded_ = false, draining_ = false;
  Pulse loading_;
  std::uint64_t number_ = 0;  ///< of calls so far
  std::size_t retiring_ = 0;  ///< agents that calls still go on with
  Pulse retired_;
};

/// Which settings of a gateway that runs differ in `next` and stay as they are until it is started anew.
std::vector<std::string> settings_for_a_restart(const GatewayConfig& running, const GatewayConfig& next);

}  // namespace antiphon::gateway
