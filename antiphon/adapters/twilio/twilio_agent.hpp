#pragma once

#include <functional>
#include <memory>
#include <string>

#include "antiphon/adapters/websocket/websocket_agent.hpp"
#include "antiphon/agent/participant.hpp"
#include "antiphon/net/http.hpp"

namespace antiphon {

/// An agent on a telephone number of Twilio, called without Twilio: we ask its webhook what to do with a call, as Twilio would, and open the media stream that
/// it answers with (TRN-6).
struct TwilioAgentOptions {
  std::string url{};         ///< the webhook of its number, http or https
  std::string auth_token{};  ///< of its account: signs what we send; empty: nothing is signed. Never printed
  std::string signed_url{};  ///< the webhook's address as the agent knows it, where a proxy stands between; empty: `url`
  std::string stream_url{};  ///< where the stream is really opened, in place of what the agent answers with; ws or wss
  std::string from = "+15550100", to = "+15550199";
  std::string account_sid{};  ///< empty: one that is made up
  net::Headers headers{};     ///< of both, beside those of Twilio
  net::TlsOptions tls{};
  std::optional<Greeting> greeting = Greeting{};  ///< unset: our user speaks first
  std::optional<Duration> tail_silence{};         ///< unset: 0.6 s
  std::optional<Duration> response_timeout{};     ///< unset: 30 s

  /// In place of sockets, such as one end of `net::memory_connection`; then the call may be in virtual time.
  std::function<Task<net::HttpReply>(Runtime&, net::HttpRequest)> post{};
  std::function<std::unique_ptr<net::ByteStream>(Runtime&)> stream{};
};

/// @throws Error configuration: an address that is none, a telephone number that is none.
ParticipantSpec twilio_agent(TwilioAgentOptions options);

}  // namespace antiphon
