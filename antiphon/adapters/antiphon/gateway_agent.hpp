#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "antiphon/adapters/websocket/websocket_agent.hpp"
#include "antiphon/agent/participant.hpp"
#include "antiphon/net/local_server.hpp"

namespace antiphon {

/// A gateway of this system, or whoever else speaks its call protocol, behind a WebSocket (TRN-5): `/ws/call` with events.
struct GatewayAgentOptions {
  std::string url{};  ///< ws or wss; `/ws/call` where it names no path. Parameters in it stay, whatever else is said here
  std::string caller_id = "antiphon";
  std::string locale{};  ///< empty: the gateway's own
  std::string token{};   ///< sent as bearer; empty: none. Never printed
  net::Headers headers{};
  net::TlsOptions tls{};
  audio::AudioFormat send{audio::Encoding::pcm16, 16000}, receive{audio::Encoding::pcm16, 24000};
  std::optional<Greeting> greeting = Greeting{};  ///< unset: our user speaks first
  std::optional<Duration> tail_silence{};         ///< of what belongs to no turn, such as a greeting: unset, 0.8 s. Turns end as the gateway tells
  std::optional<Duration> response_timeout{};     ///< unset: 30 s
  bool resume = false;                            ///< a lost connection is made again, and the call goes on where the gateway still knows it

  net::LocalServerSpec local{};  ///< a gateway of this process in place of `url`, another one for each call; then the call may be in virtual time

  /// A connection in place of a socket, such as one end of `net::memory_connection`; then the call may be in virtual time. Called once per connection.
  std::function<std::unique_ptr<net::ByteStream>(Runtime&)> stream{};
};

/// @throws Error configuration: an address that is none, a format that gateways do not carry.
ParticipantSpec gateway_agent(GatewayAgentOptions options);

}  // namespace antiphon
