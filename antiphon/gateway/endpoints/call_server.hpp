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
#include "antiphon/gateway/endpoints/call_rate.hpp"
#include "antiphon/gateway/endpoints/call_request.hpp"
#include "antiphon/gateway/privacy/mask.hpp"
#include "antiphon/net/http.hpp"

namespace antiphon::gateway {

/// What one call is answered with.
struct CallParts {
  std::shared_ptr<SpeechToText> recogniser;
  std::shared_ptr<Dialogue> dialogue;
  CallSettings settings{};
};

struct CallServerSettings {
  std::size_t most_calls = 100;
  std::vector<std::string> locales{"en-US"};  ///< the default first
  AccessSettings access{};
  std::optional<CallRate> per_caller{CallRate{}};                                ///< nullopt: no limit
  std::optional<CallRate> per_address{CallRate{.calls = 120}};                   ///< the same; many callers may sit behind one address
  Duration handshake{std::chrono::seconds(5)};                                   ///< for the first event to leave
  std::function<Access::WallTime()> wall_time = std::chrono::system_clock::now;  ///< signed addresses end by it
};

/// The HTTP side of the gateway: calls by WebSocket, whether it is alive and ready, and what goes on (GTW-10, GTW-12, GTW-13). One executor.
class CallServer {
 public:
  /// @throws Error where the call cannot be taken now: it is refused with 503.
  using MakeParts = std::function<CallParts(const CallRequest&)>;

  /// @throws Error configuration as `Access`.
  CallServer(Runtime& runtime, CallServerSettings settings, MakeParts make_parts);

  /// For `net::listen_http`.
  Task<> handle(const net::ServerRequest& request, net::ServerReply& reply);

  std::size_t active_calls() const { return lines_; }
  /// No call is taken any more. Those under way may go on until `deadline`, and are ended then after the sentence that they are at.
  Task<> drain(Deadline deadline);

 private:
  class Line;
  struct Call {
    CallSession* session;
    std::string started_at;
  };

  Task<> take_call(const net::ServerRequest& request, net::ServerReply& reply);
  std::optional<net::HttpReply> refuse_call(const net::ServerRequest& request, std::optional<CallRequest>& asked);
  std::optional<net::HttpReply> refuse_for_now(const net::ServerRequest& request, const CallRequest& asked);
  Task<> hold_call(const CallRequest& asked, CallParts parts, std::string id, std::unique_ptr<net::WebSocket> socket);
  net::HttpReply ready() const;
  net::HttpReply sessions(const net::ServerRequest& request);
  json::array list() const;
  net::HttpReply end_session(std::string_view id);

  Runtime& runtime_;
  CallServerSettings settings_;
  Access access_;
  CallRateLimit per_caller_, per_address_;
  MakeParts make_parts_;
  Masker masker_;
  Clock::Time began_;
  bool draining_ = false;
  bool closing_ = false;   ///< the deadline of `drain` has passed
  std::size_t lines_ = 0;  ///< calls that are taken, begun or not
  std::map<std::string, Call, std::less<>> calls_;
  Pulse changed_;
};

}  // namespace antiphon::gateway
