#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "antiphon/base/runtime.hpp"
#include "antiphon/gateway/endpoints/call_host.hpp"
#include "antiphon/gateway/endpoints/twilio_message.hpp"
#include "antiphon/net/twilio.hpp"
#include "antiphon/net/websocket.hpp"

namespace antiphon::gateway {

struct TwilioSettings {
  std::string public_url{};                     ///< as Twilio reaches this server, whatever stands before it: https://voice.example.com
  std::string auth_token{};                     ///< of the account: signs what Twilio sends
  bool check_signature = true;                  ///< false: anybody may play Twilio; for tests on one machine
  std::vector<std::string> allowed_callers{};   ///< numbers (E.164); empty: everybody
  std::string transfer_to{};                    ///< number that callers go to who want a person; empty: their call ends with the goodbye
  Duration handshake{std::chrono::seconds(5)};  ///< for `start` to come
  std::chrono::seconds ticket_life{60};         ///< between the call and its media stream
  bool operator==(const TwilioSettings&) const = default;
};

/// As the endpoint takes them. @throws Error configuration: no public address, no auth token, a number that is none.
TwilioSettings checked(TwilioSettings settings);

/// Telephone calls over Twilio (GTW-11): `POST /twilio/voice` is what a number's calls are sent to, `/twilio/stream` carries their audio, and
/// `POST /twilio/next` is asked what follows it: the same call over another stream where that was lost, a person, or the end.
class TwilioEndpoint {
 public:
  using WallTime = std::chrono::system_clock::time_point;

  /// `?locale=` of the webhook's address chooses one of the host's. @throws Error as `checked`.
  TwilioEndpoint(Runtime& runtime, CallHost& host, TwilioSettings settings, std::function<WallTime()> wall_time);

  static bool is_path(std::string_view path) { return path.starts_with("/twilio/"); }
  Task<> handle(const net::ServerRequest& request, net::ServerReply& reply);

  /// Requests that were not signed as they have to be.
  std::size_t rejected() const { return rejected_; }

 private:
  struct Asked {
    net::FormFields fields;
    std::string call;
  };

  std::optional<net::HttpReply> refuse(const net::ServerRequest& request, Asked& asked);
  net::HttpReply refuse_unsigned(const net::ServerRequest& request);
  net::HttpReply answer_call(const net::ServerRequest& request, const Asked& asked);
  Task<net::HttpReply> next(const net::ServerRequest& request, Asked asked);
  Task<> stream(const net::ServerRequest& request, net::ServerReply& reply);
  Task<> talk(std::unique_ptr<net::WebSocket> socket);
  Task<std::optional<TwilioStart>> start_of(net::WebSocket& socket);
  std::optional<CallRequest> request_of(const TwilioStart& start) const;
  net::HttpReply connect(const std::string& call, const std::string& caller, const std::string& locale, int part, int attempt = 1) const;
  std::string ticket(std::string_view call, std::string_view caller, std::string_view locale, std::string_view part, std::string_view until) const;
  std::string token_of(std::string_view call, int part) const;
  std::string transfer_name(std::string_view call) const;
  Task<> note_transfer(std::string call);
  Task<bool> take_transfer(std::string call);
  std::string locale_of(const net::ServerRequest& request) const;
  std::string spoken(std::string_view locale) const;
  bool is_signed(const net::ServerRequest& request, std::string_view scheme, const net::FormFields& fields) const;

  Runtime& runtime_;
  CallHost& host_;
  TwilioSettings settings_;
  std::function<WallTime()> wall_time_;
  std::vector<std::string> to_transfer_;  ///< calls whose callers want a person and that no store took, newest last
  std::size_t rejected_ = 0;
};

}  // namespace antiphon::gateway
