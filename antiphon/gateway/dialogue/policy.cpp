#include "antiphon/gateway/dialogue/policy.hpp"

#include <fmt/format.h>

namespace antiphon::gateway {

namespace {

constexpr double unsure = 0.8;

using Action = PolicyDecision::Action;

}  // namespace

PolicyDecision PolicyEngine::decide(std::string_view text, const SessionState& session) const {
  const auto words = plain_words(text);
  const auto decision = [&](const PhraseHit& hit, Action action, std::string_view reason, std::optional<EscalationReason> escalation = {}) {
    return PolicyDecision{action, fmt::format("{} {} {}", reason, rules_->locale, hit.index + 1), escalation, hit.exact ? 1 : unsure};
  };
  if (const auto hit = find_phrase(rules_->unsafe, words)) return decision(*hit, Action::block, "unsafe");
  if (const auto hit = find_phrase(rules_->human, words)) return decision(*hit, Action::escalate, "human_requested", EscalationReason::human_requested);
  if (session.consecutive_failures >= options_.failures)
    return {Action::escalate, fmt::format("failures {}", session.consecutive_failures), EscalationReason::failures};
  if (options_.authentication && !session.authenticated)
    if (const auto hit = find_phrase(rules_->authentication, words)) return decision(*hit, Action::authenticate, "authentication");
  return {};
}

}  // namespace antiphon::gateway
