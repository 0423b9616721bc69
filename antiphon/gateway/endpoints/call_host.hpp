#pragma once

#include <memory>
#include <optional>
#include <string>

#include "antiphon/gateway/endpoints/call_request.hpp"
#include "antiphon/gateway/endpoints/line_connection.hpp"
#include "antiphon/gateway/sessions/kept_call.hpp"
#include "antiphon/gateway/sessions/session_store.hpp"
#include "antiphon/net/http.hpp"

namespace antiphon::gateway {

/// What an endpoint asks of the server that it belongs to.
class CallHost {
 public:
  virtual ~CallHost() = default;

  /// Why no call can be taken now, for whatever endpoint; nullopt: one can.
  virtual std::optional<net::HttpReply> refuse_for_now(const net::ServerRequest& request, const CallRequest& asked) = 0;
  /// What is kept under a token, once; nullopt: nothing that can be gone on with. @throws Error where the store cannot be asked.
  virtual Task<std::optional<KeptCall>> claim(std::string token) = 0;
  /// Whether `claim` would find something; false where the store cannot be asked.
  virtual Task<bool> is_kept(std::string token) = 0;
  /// Where calls are kept.
  virtual SessionStore& store() = 0;
  /// The whole call, with a token that another connection may go on with it by; closes the connection. @param kept a call that goes on
  /// @throws Error where it cannot be answered; the connection is open still.
  virtual Task<CallEnd> hold(CallRequest asked, LineConnection& caller, std::optional<KeptCall> kept, std::string token, std::string transport) = 0;
};

}  // namespace antiphon::gateway
