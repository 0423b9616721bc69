#include "antiphon/gateway/escalation/escalator.hpp"

#include <fmt/format.h>

#include "antiphon/base/error.hpp"

namespace antiphon::gateway {

namespace {

class Webhook final : public Escalator {
 public:
  Webhook(net::HttpClient& client, WebhookOptions options) : client_(client), options_(std::move(options)) {}

  Task<> hand_over(Escalation escalation, Deadline deadline) override {
    net::HttpRequest request{.method = "POST", .url = options_.url, .body = json::serialize(to_json(escalation)), .tls = options_.tls};
    request.headers.emplace_back("Content-Type", "application/json");
    // A caller is handed over once, however often the request has to be sent.
    request.headers.emplace_back("Idempotency-Key", escalation.call_id);
    if (!options_.token.empty()) request.headers.emplace_back("Authorization", "Bearer " + options_.token);
    const auto reply = co_await client_.send(std::move(request), deadline);
    if (reply.status >= 300) throw Error(ErrorKind::unavailable, fmt::format("nobody took the caller: the webhook answered {}", reply.status));
  }

 private:
  net::HttpClient& client_;
  WebhookOptions options_;
};

}  // namespace

json::object to_json(const Escalation& escalation) {
  return {{"call_id", escalation.call_id},          {"caller_id", escalation.caller_id},         {"locale", escalation.locale},
          {"reason", to_string(escalation.reason)}, {"authenticated", escalation.authenticated}, {"summary", escalation.summary},
          {"transcript", escalation.transcript}};
}

std::unique_ptr<Escalator> webhook_escalator(net::HttpClient& client, WebhookOptions options) { return std::make_unique<Webhook>(client, std::move(options)); }

Task<> EscalationQueue::hand_over(Escalation escalation, Deadline) {
  if (waiting_.size() >= most_) throw Error(ErrorKind::exhausted, fmt::format("{} callers wait for a person already", waiting_.size()));
  waiting_.push_back(std::move(escalation));
  co_return;
}

std::optional<Escalation> EscalationQueue::take() {
  if (waiting_.empty()) return std::nullopt;
  auto first = std::move(waiting_.front());
  waiting_.pop_front();
  return first;
}

}  // namespace antiphon::gateway
