#pragma once

#include <functional>
#include <string>

#include "antiphon/gateway/hosting/hosted_session.hpp"
#include "antiphon/gateway/hosting/simulation_settings.hpp"
#include "antiphon/session/host_registry.hpp"
#include "antiphon/session/listener.hpp"

namespace antiphon::gateway {

/// Hosts the sessions of a gateway: each controller gets a conversation of its own (contracts.md §13). One executor.
class SessionDesk {
 public:
  /// What one session is made of.
  struct Parts {
    CallParts call;
    SessionState state;
    HostedIdentity identity;
    SimulationSettings simulation{};
  };
  /// @param dispatch what the controller simulates; nullptr: nothing
  using Make = std::function<Parts(const session::SimulationDispatch* dispatch)>;

  SessionDesk(Runtime& runtime, net::HttpClient& http, Make make) : runtime_(runtime), http_(http), make_(std::move(make)) {}

  /// A whole session, until the controller is gone or `drain`. Never throws for what the controller does.
  Task<> serve(session::SessionArrival arrival, session::SessionHostOptions options);
  /// Tells a controller that there is no conversation for it, and why.
  Task<> refuse(session::SessionArrival arrival, std::string why);
  std::size_t active() const { return hosts_.size(); }
  /// Answers under way may end, for as long as their hosts' `drain`; then all hang up.
  void stop() { hosts_.stop(); }
  Task<> all_ended() { return hosts_.all_ended(); }

 private:
  Runtime& runtime_;
  net::HttpClient& http_;
  Make make_;
  session::HostRegistry hosts_;
};

}  // namespace antiphon::gateway
