#include "antiphon/gateway/hosting/session_desk.hpp"

#include <utility>

#include "antiphon/base/beside.hpp"
#include "antiphon/base/ids.hpp"
#include "antiphon/base/limit.hpp"
#include "antiphon/session/end_hook.hpp"

namespace antiphon::gateway {

namespace {

/// Nobody, and why.
class Unavailable final : public session::HostedAgent {
 public:
  explicit Unavailable(std::string why) : why_(std::move(why)) {}
  session::AgentInfo info() const override { return {.id = "gateway"}; }
  Task<> answer(std::string, session::AgentTurn&) override {
    throw session::SessionError(session::Stage::session, "unavailable", std::nullopt, why_);
    co_return;
  }

 private:
  std::string why_;
};

/// A call takes a cancellation for its own end, and would be followed by another one.
struct Closing {
  HostedSession& agent;
  ~Closing() { agent.close(); }
};

Task<> hold(HostedSession& agent, session::SessionHost& host) {
  const auto serve = [](HostedSession& its_agent, session::SessionHost& its_host) -> Task<> {
    const Closing closing{its_agent};
    co_await its_host.serve();
  };
  co_await beside(agent.run(host), serve(agent, host));
}

}  // namespace

/// Lists a session for as long as it is served.
class SessionDesk::Entry {
 public:
  Entry(SessionDesk& desk, HostedSession& session)
      : agents_(desk.agents_), at_(agents_->insert_or_assign(session.state().id, Agent{&session, utc_now()}).first) {}
  ~Entry() { agents_->erase(at_); }
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;

 private:
  std::shared_ptr<Agents> agents_;
  Agents::iterator at_;
};

Task<> SessionDesk::refuse(session::SessionArrival arrival, std::string why) {
  Unavailable nobody(std::move(why));
  session::SessionHost host(runtime_, std::move(arrival.transport), nobody, {.drain = Duration{0}});
  co_await host.serve();
}

Task<> SessionDesk::serve(session::SessionArrival arrival, session::SessionHostOptions options) {
  auto parts = make_(arrival.simulation ? &*arrival.simulation : nullptr);
  options.simulation = arrival.simulation ? std::move(arrival.simulation) : parts.simulation.dispatch;
  if (options.simulation && options.simulation->mode == session::SimulationMode::text) options.io = {};
  if (!parts.simulation.on_end.empty()) options.on_simulation_end = session::post_to(runtime_.clock, http_, parts.simulation.on_end);
  HostedSession agent(runtime_, std::move(parts.call), std::move(parts.state), std::move(parts.identity), options.io);
  session::SessionHost host(runtime_, std::move(arrival.transport), agent, agent.host_options(std::move(options)));
  const session::HostRegistry::Entry hosted(hosts_, host);
  const Entry entry(*this, agent);
  std::exception_ptr failure;
  try {
    co_await hold(agent, host);
  } catch (const Error&) {
    // the connection broke: so be it
  } catch (...) {
    failure = std::current_exception();
  }
  agent.end();
  if (failure) std::rethrow_exception(failure);
}

std::vector<ListedCall> SessionDesk::list() const {
  std::vector<ListedCall> all;
  for (const auto& [id, agent] : *agents_) all.push_back({&agent.session->state(), agent.started_at, "session"});
  return all;
}

bool SessionDesk::end(std::string_view id) {
  const auto found = agents_->find(id);
  if (found == agents_->end()) return false;
  found->second.session->dismiss();
  return true;
}

}  // namespace antiphon::gateway
