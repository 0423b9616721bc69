#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "antiphon/base/clock.hpp"

namespace antiphon::gateway {

/// So many calls within so long; calls may come in one burst.
struct CallRate {
  int calls = 30;  ///< at least 1
  Duration within = std::chrono::minutes(1);
};

/// Counts the calls of each of many (GTW-13). What it remembers is bounded: strangers choose the names.
class CallRateLimit {
 public:
  /// @param rate nullopt: no limit
  explicit CallRateLimit(std::optional<CallRate> rate, std::size_t most_names = 10'000) : rate_(rate), most_names_(most_names) {}

  /// How long `name` has to wait; nothing where it may call now, which is counted then.
  std::optional<Duration> refuse(std::string_view name, Clock::Time now);
  /// What `refuse` has counted last counts no more.
  void forgive(std::string_view name);
  std::size_t names() const { return buckets_.size(); }

 private:
  /// Empties by one call every `within / calls`; full, no call is taken.
  struct Bucket {
    Clock::Time empty_at{0};
    std::list<std::string>::iterator place;
  };

  void forget_old(Clock::Time now);

  std::optional<CallRate> rate_;
  std::size_t most_names_;
  std::map<std::string, Bucket, std::less<>> buckets_;
  std::list<std::string> order_;  ///< by the last call, oldest first
};

}  // namespace antiphon::gateway
