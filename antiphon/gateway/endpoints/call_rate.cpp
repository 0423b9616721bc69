#include "antiphon/gateway/endpoints/call_rate.hpp"

#include <algorithm>

namespace antiphon::gateway {

std::optional<Duration> CallRateLimit::refuse(std::string_view name, Clock::Time now) {
  if (!rate_) return std::nullopt;
  forget_old(now);
  const auto step = rate_->within / rate_->calls;
  auto found = buckets_.find(name);
  const auto begins = found == buckets_.end() ? now : std::max(now, found->second.empty_at);
  if (const auto over = begins + step - now - rate_->within; over > Duration{0}) return over;
  if (found == buckets_.end()) {
    order_.emplace_back(name);
    found = buckets_.emplace(name, Bucket{.place = std::prev(order_.end())}).first;
  }
  found->second.empty_at = begins + step;
  order_.splice(order_.end(), order_, found->second.place);
  return std::nullopt;
}

void CallRateLimit::forgive(std::string_view name) {
  if (const auto found = buckets_.find(name); found != buckets_.end()) found->second.empty_at -= rate_->within / rate_->calls;
}

/// Those that are empty again say nothing; of too many, those that called last are the ones to keep.
void CallRateLimit::forget_old(Clock::Time now) {
  while (!order_.empty()) {
    const auto oldest = buckets_.find(order_.front());
    if (oldest->second.empty_at > now && buckets_.size() < most_names_) return;
    buckets_.erase(oldest);
    order_.pop_front();
  }
}

}  // namespace antiphon::gateway
