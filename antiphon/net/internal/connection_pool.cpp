#include "antiphon/net/internal/connection_pool.hpp"

namespace antiphon::net {

std::unique_ptr<ByteStream> ConnectionPool::take(const std::string& key) {
  drop_old(clock_.now());
  const auto place = places_.find(key);
  if (place == places_.end() || place->second.empty()) return nullptr;
  auto idle = std::move(place->second.back());
  place->second.pop_back();
  return clock_.now() - idle.since < idle_timeout_ ? std::move(idle.stream) : nullptr;
}

void ConnectionPool::put_back(const std::string& key, std::unique_ptr<ByteStream> stream) {
  auto& kept = places_[key];
  if (kept.size() < idle_per_place_) kept.push_back({std::move(stream), clock_.now()});
}

// All places at once and now and then, so that neither a request nor an idle client pays for timers.
void ConnectionPool::drop_old(Clock::Time now) {
  if (now - swept_ < idle_timeout_) return;
  swept_ = now;
  for (auto place = places_.begin(); place != places_.end();) {
    auto& kept = place->second;
    while (!kept.empty() && now - kept.front().since >= idle_timeout_) kept.pop_front();
    place = kept.empty() ? places_.erase(place) : std::next(place);
  }
}

}  // namespace antiphon::net
