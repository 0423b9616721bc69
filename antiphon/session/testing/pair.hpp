#pragma once

#include <optional>

#include "antiphon/net/testing/link.hpp"
#include "antiphon/session/remote_session.hpp"
#include "antiphon/session/session_host.hpp"
#include "antiphon/session/testing/scripted_agent.hpp"

/// A host and its controller in one process, in virtual time.
namespace antiphon::session::testing {

using namespace std::chrono_literals;
using net::testing::failure_of;
using net::testing::VirtualWorld;

template <class World>
struct PairIn {
  explicit PairIn(SessionHostOptions host_options = {}, RemoteSessionOptions options = {}, net::MemoryLinkOptions link = {}) {
    auto [near, far] = memory_transports(world.runtime, link);
    connect(std::move(near), std::move(far), std::move(host_options), std::move(options));
  }
  ~PairIn() {
    if (remote) remote.reset();
    if (host) host.reset();
    if (!served) world.run(until_served());
  }

  void connect(std::unique_ptr<SessionTransport> near, std::unique_ptr<SessionTransport> far, SessionHostOptions host_options, RemoteSessionOptions options) {
    auto on_event = std::move(options.on_event);
    options.on_event = [this, on_event](const SessionEvent& event) {
      events.push_back(event);
      if (on_event) on_event(event);
    };
    remote.emplace(world.runtime, std::move(near), std::move(options));
    host.emplace(world.runtime, std::move(far), agent, std::move(host_options));
  }

  /// Both sides, in the background.
  void begin() {
    served = false;
    world.spawn(serve(this));
    world.run(remote->start());
  }
  RunReply say(std::string text) { return world.run(remote->run(std::move(text))); }

  /// The SessionError that a text ends with.
  std::optional<SessionError> failure_on(std::string text) {
    try {
      say(std::move(text));
    } catch (const SessionError& error) {
      return error;
    }
    return std::nullopt;
  }

  Task<> until_served() {
    while (!served) co_await world.clock.sleep_for(1ms);
  }

  World world;
  ScriptedAgent agent;
  std::vector<SessionEvent> events;
  std::optional<RemoteSession> remote;
  std::optional<SessionHost> host;
  std::optional<Error> host_end;
  bool served = true;

 private:
  static Task<> serve(PairIn* pair) {
    auto& host = *pair->host;
    std::optional<Error> end;
    try {
      end = co_await host.serve();
    } catch (const Error& error) {
      end = error;
    }
    pair->host_end = end;
    pair->served = true;
  }
};

using Pair = PairIn<VirtualWorld>;

template <class Event>
std::vector<Event> events_of(const std::vector<SessionEvent>& events) {
  std::vector<Event> found;
  for (const auto& event : events)
    if (const auto* one = std::get_if<Event>(&event.what)) found.push_back(*one);
  return found;
}

}  // namespace antiphon::session::testing
