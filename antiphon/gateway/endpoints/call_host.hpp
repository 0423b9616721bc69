#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "antiphon/gateway/endpoints/call_request.hpp"
#include "antiphon/gateway/endpoints/line_connection.hpp"
#include "antiphon/gateway/sessions/session_store.hpp"
#include "antiphon/net/http.hpp"

namespace antiphon::gateway {

/// What an endpoint asks of the server that it belongs to.
class CallHost {
 public:
  virtual ~CallHost() = default;

  /// That are spoken now, the default first.
  virtual const std::vector<std::string>& locales() const = 0;
  /// Why no call can be taken now, for whatever endpoint; nullopt: one can.
  /// @param address that it counts for; nullopt: it is known, and many callers come through it
  virtual std::optional<net::HttpReply> refuse_for_now(const CallRequest& asked, std::optional<std::string_view> address) = 0;
  /// Counts a request that is no call as one of its address: why that has to wait; nullopt: it need not.
  virtual std::optional<net::HttpReply> refuse_address(std::string_view address) = 0;
  /// Whether there is a call to go on with by this token; false where the store cannot be asked.
  virtual Task<bool> is_kept(std::string token) = 0;
  /// Where calls are kept.
  virtual SessionStore& store() = 0;
  /// The whole call, with a token that another connection may go on with it by; closes the connection.
  /// @param resumes token of the call that goes on, where there still is one; empty: none does
  /// @throws Error where it cannot be answered: the connection is open still, and what would have gone on is left to the next.
  virtual Task<CallEnd> hold(CallRequest asked, LineConnection& caller, std::string resumes, std::string token, std::string transport) = 0;
};

}  // namespace antiphon::gateway
