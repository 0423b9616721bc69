#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "antiphon/base/pulse.hpp"
#include "antiphon/base/runtime.hpp"
#include "antiphon/gateway/call/call_session.hpp"
#include "antiphon/gateway/endpoints/access.hpp"
#include "antiphon/gateway/endpoints/call_host.hpp"
#include "antiphon/gateway/endpoints/call_rate.hpp"
#include "antiphon/gateway/endpoints/call_request.hpp"
#include "antiphon/gateway/endpoints/twilio_endpoint.hpp"
#include "antiphon/gateway/observe/observability.hpp"
#include "antiphon/gateway/privacy/mask.hpp"
#include "antiphon/gateway/sessions/call_keeper.hpp"
#include "antiphon/gateway/sessions/kept_call.hpp"
#include "antiphon/net/http.hpp"

namespace antiphon::gateway {

class WsCaller;

/// What one call is answered with.
struct CallParts {
  std::shared_ptr<const void> held{};  ///< what the rest refers to; let go of last
  std::shared_ptr<SpeechToText> recogniser;
  std::shared_ptr<Dialogue> dialogue;
  CallSettings settings{};
};

/// A call as `/sessions` shows it.
struct ListedCall {
  const SessionState* state;
  std::string started_at, transport;
};

/// Calls that somebody else holds: they count, are listed and can be ended, too.
class OtherCalls {
 public:
  virtual ~OtherCalls() = default;
  virtual std::size_t active() const = 0;
  virtual std::vector<ListedCall> list() const = 0;
  /// With a word where it is spoken, at once where it was asked for before. False: there is none of this id.
  virtual bool end(std::string_view id) = 0;
};

struct CallServerSettings {
  std::size_t most_calls = 100;
  OtherCalls* elsewhere = nullptr;            ///< outlives the server; nullptr: none
  std::vector<std::string> locales{"en-US"};  ///< the default first
  AccessSettings access{};
  std::optional<CallRate> per_caller{CallRate{}};               ///< nullopt: no limit
  std::optional<CallRate> per_address{CallRate{.calls = 120}};  ///< the same; many callers may sit behind one address
  Masker masker{};                                              ///< of what is told of calls to others
  Duration handshake{std::chrono::seconds(5)};                  ///< for the first event to leave
  std::shared_ptr<SessionStore> sessions{};                     ///< nullptr: one in memory
  KeepSettings keep{};
  std::optional<TwilioSettings> twilio{};                                        ///< nullopt: no telephone calls
  std::function<Access::WallTime()> wall_time = std::chrono::system_clock::now;  ///< signed addresses end by it
  Observability* observability = nullptr;                                        ///< is told of every call; nullptr: nobody is, and there is no /metrics
};

/// The HTTP side of the gateway: calls by WebSocket, whether it is alive and ready, and what goes on (GTW-10, GTW-12, GTW-13). One executor.
class CallServer final : private CallHost {
 public:
  /// @throws Error where the call cannot be taken now: it is refused with 503.
  using MakeParts = std::function<CallParts(const CallRequest&)>;

  /// @throws Error configuration as `Access`.
  CallServer(Runtime& runtime, CallServerSettings settings, MakeParts make_parts);

  /// For `net::listen_http`.
  Task<> handle(const net::ServerRequest& request, net::ServerReply& reply);

  std::size_t active_calls() const { return lines_; }
  /// From now on: lines, locales, access, masker, for how long calls are kept, and limits of these settings, whose counts begin anew. Calls under way go on as
  /// they have begun; nothing else changes.
  /// @throws Error configuration as `Access`.
  void configure(const CallServerSettings& settings);
  /// No call is taken any more. Those under way may go on until `deadline`, and are ended then after the sentence that they are at.
  Task<> drain(Deadline deadline);

 private:
  class Line;
  struct Call {
    CallSession* session;
    CallKeeper* keeper;
    std::string started_at, transport, token;
    std::string kept_as;  ///< in the store, where another connection had it before
  };

  std::size_t taken() const { return lines_ + (settings_.elsewhere ? settings_.elsewhere->active() : 0); }
  net::HttpReply metrics() const;
  Task<> take_call(const net::ServerRequest& request, net::ServerReply& reply);
  std::optional<net::HttpReply> refuse_call(const net::ServerRequest& request, std::optional<CallRequest>& asked);
  std::optional<net::HttpReply> busy(const CallRequest& asked, std::optional<std::string_view> address);
  Task<std::optional<net::HttpReply>> resume(CallRequest& asked, std::optional<KeptCall>& kept);
  const std::vector<std::string>& locales() const override { return settings_.locales; }
  std::optional<net::HttpReply> refuse_for_now(const CallRequest& asked, std::optional<std::string_view> address) override;
  std::optional<net::HttpReply> refuse_address(std::string_view address) override;
  SessionStore& store() override { return *settings_.sessions; }
  Task<std::optional<KeptCall>> claim(std::string token);
  Task<bool> is_kept(std::string token) override;
  Task<> give_back(const KeptCall& kept, const std::string& token);
  Task<CallEnd> hold(CallRequest asked, LineConnection& caller, std::string resumes, std::string token, std::string transport) override;
  Task<CallEnd> hold_call(LineConnection& caller, CallParts parts, KeptCall call, std::string token, std::string resumes, std::string transport);
  KeptCall begin(const CallRequest& asked) const;
  CallParts parts_for(const CallRequest& asked, const std::optional<KeptCall>& kept);
  Task<std::unique_ptr<WsCaller>> accept(net::ServerReply& reply, const CallRequest& asked, const std::string& id, const std::string& token);
  void go_on(CallParts& parts, const KeptCall& kept) const;
  void end_taken(std::string_view token);
  void end_lost(std::string_view name);
  std::int64_t wall_ms() const;
  net::HttpReply address(const net::ServerRequest& request) const;
  net::HttpReply ready() const;
  net::HttpReply sessions(const net::ServerRequest& request);
  json::array list() const;
  net::HttpReply end_session(std::string_view id);

  Runtime& runtime_;
  CallServerSettings settings_;
  Access access_;
  CallRateLimit per_caller_, per_address_;
  CallRateLimit wrong_tokens_;  ///< of each caller, at the rate of calls: who goes on with a call begins none, and who guesses does not guess for ever
  MakeParts make_parts_;
  Clock::Time began_;
  bool draining_ = false;
  bool closing_ = false;   ///< the deadline of `drain` has passed
  std::size_t lines_ = 0;  ///< calls that are taken, begun or not
  std::map<std::string, Call, std::less<>> calls_;
  std::optional<TwilioEndpoint> twilio_;
  Pulse changed_;
};

}  // namespace antiphon::gateway
