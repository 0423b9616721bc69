#include "antiphon/base/latency_distribution.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace antiphon {

namespace {

constexpr double normal_95 = 1.6448536269514722;  // 95th percentile of the standard normal

double share_below(double z) { return std::erfc(-z / std::numbers::sqrt2) / 2; }

}  // namespace

LatencyDistribution LatencyDistribution::of_recorded(std::vector<Duration> times) {
  LatencyDistribution distribution;
  distribution.recorded = std::move(times);
  return distribution;
}

Duration LatencyDistribution::draw(RandomStream& random) const {
  const double z = random.normal();
  if (!recorded.empty()) return recorded[std::min(recorded.size() - 1, static_cast<std::size_t>(share_below(z) * static_cast<double>(recorded.size())))];
  if (p50 <= Duration(0) || p95 <= p50) return p50;
  const double sigma = std::log(static_cast<double>(p95.count()) / static_cast<double>(p50.count())) / normal_95;
  return Duration(std::llround(static_cast<double>(p50.count()) * std::exp(sigma * z)));
}

}  // namespace antiphon
