#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "antiphon/gateway/hosting/hosted_session.hpp"
#include "antiphon/gateway/hosting/simulation_settings.hpp"
#include "antiphon/session/host_registry.hpp"
#include "antiphon/session/listener.hpp"

namespace antiphon::gateway {

/// Hosts the sessions of a gateway: each controller gets a conversation of its own (contracts.md §13). One executor.
class SessionDesk final : public OtherCalls {
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
  std::size_t active() const override { return hosts_.size(); }
  std::vector<ListedCall> list() const override;
  bool end(std::string_view id) override;
  /// Answers under way may end, for as long as their hosts' `drain`; then all hang up.
  void stop() { hosts_.stop(); }
  Task<> all_ended() { return hosts_.all_ended(); }

 private:
  struct Agent {
    HostedSession* session;
    std::string started_at;
  };
  using Agents = std::map<std::string, Agent, std::less<>>;  ///< by the ids of their sessions
  class Entry;

  Runtime& runtime_;
  net::HttpClient& http_;
  Make make_;
  session::HostRegistry hosts_;
  std::shared_ptr<Agents> agents_ = std::make_shared<Agents>();
};

}  // namespace antiphon::gateway
