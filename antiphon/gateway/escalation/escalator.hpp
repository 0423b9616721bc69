#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "antiphon/base/json.hpp"
#include "antiphon/base/runtime.hpp"
#include "antiphon/gateway/session_state.hpp"
#include "antiphon/net/http.hpp"

namespace antiphon::gateway {

/// A caller who goes to a person, with what that person has to know (GTW-36). Personal data in its texts is masked.
struct Escalation {
  std::string call_id{};
  std::string caller_id{};  ///< as it is: whoever takes the call has to know whom it is with
  std::string locale{};
  EscalationReason reason = EscalationReason::policy;
  bool authenticated = false;
  std::string summary{};
  json::array transcript{};  ///< {"user", "agent"} of each turn: what was said and what of the answer was heard
};

json::object to_json(const Escalation& escalation);

/// Gives callers to persons. Belongs to one executor.
class Escalator {
 public:
  virtual ~Escalator() = default;
  /// @throws Error where nobody took it.
  virtual Task<> hand_over(Escalation escalation, Deadline deadline) = 0;
};

struct WebhookOptions {
  std::string url{};
  std::string token{};  ///< sent as bearer; empty: none
  net::TlsOptions tls{};
};
/// POSTs the escalation as JSON; any answer below 300 has taken it. `client` outlives it.
std::unique_ptr<Escalator> webhook_escalator(net::HttpClient& client, WebhookOptions options);

/// Keeps callers in a line, in this process, until somebody takes them.
class EscalationQueue final : public Escalator {
 public:
  explicit EscalationQueue(std::size_t most = 1000) : most_(most) {}
  /// @throws Error exhausted where the line is full.
  Task<> hand_over(Escalation escalation, Deadline deadline) override;
  /// Who has waited longest.
  std::optional<Escalation> take();
  std::size_t size() const { return waiting_.size(); }

 private:
  std::size_t most_;
  std::deque<Escalation> waiting_;
};

}  // namespace antiphon::gateway
