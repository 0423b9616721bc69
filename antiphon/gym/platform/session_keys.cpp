#include "antiphon/gym/platform/session_keys.hpp"

namespace antiphon::gym {

namespace {

// Who comes with a key that has expired is told so for as long again.
constexpr int remembered_lifetimes = 2;

}  // namespace

std::string_view to_string(TurnTrigger trigger) { return trigger == TurnTrigger::automatic ? "automatic" : "push_to_talk"; }

void SessionKeys::issue(const std::string& key, SessionGrant grant, Clock::Time now) {
  forget_old(now);
  auto& newest = of_conversation_[grant.conversation_id];
  keys_.erase(newest);
  newest = key;
  keys_[key] = {std::move(grant), now + lifetime_};
}

void SessionKeys::forget_old(Clock::Time now) {
  std::erase_if(keys_, [&](const auto& entry) { return entry.second.until + (remembered_lifetimes - 1) * lifetime_ <= now; });
  std::erase_if(of_conversation_, [&](const auto& entry) { return !keys_.contains(entry.second); });
}

SessionKeys::Claim SessionKeys::claim(const std::string& key, Clock::Time now) const {
  const auto found = keys_.find(key);
  if (found == keys_.end()) return {.refusal = Refusal::unknown};
  if (now >= found->second.until) return {.refusal = Refusal::expired};
  return {.grant = found->second.grant};
}

}  // namespace antiphon::gym
