#pragma once

#include <vector>

#include "antiphon/base/clock.hpp"
#include "antiphon/base/random.hpp"

namespace antiphon {

/// How long something takes each time: log-normal, fitted to its median and its 95th percentile; or one of the times that were recorded.
struct LatencyDistribution {
  Duration p50{0};
  Duration p95{0};                   ///< at or below `p50`: always `p50`
  std::vector<Duration> recorded{};  ///< where there are any, one of these, each as likely

  LatencyDistribution() = default;
  LatencyDistribution(Duration always) : p50(always), p95(always) {}  // NOLINT(google-explicit-constructor): a duration is the simplest of them
  LatencyDistribution(std::chrono::milliseconds always) : LatencyDistribution(Duration(always)) {}  // NOLINT(google-explicit-constructor)
  LatencyDistribution(Duration median, Duration slow) : p50(median), p95(slow) {}
  static LatencyDistribution of_recorded(std::vector<Duration> times);

  /// Takes as much from `random` whatever the distribution: another one shifts no other draw.
  Duration draw(RandomStream& random) const;
};

}  // namespace antiphon
