#include "antiphon/base/latency_distribution.hpp"

#include <algorithm>
#include <map>

#include <gtest/gtest.h>

namespace antiphon {
namespace {

using namespace std::chrono_literals;

std::vector<Duration> draw(const LatencyDistribution& latency, std::size_t count, std::uint64_t seed = 1) {
  RandomStream random(seed);
  std::vector<Duration> drawn(count);
  std::ranges::generate(drawn, [&] { return latency.draw(random); });
  return drawn;
}

TEST(LatencyDistribution, FollowsItsPercentiles_SCN83_VOX80) {
  auto drawn = draw({200ms, 450ms}, 20001);
  std::ranges::sort(drawn);
  EXPECT_NEAR(static_cast<double>(drawn[10000].count()), 200e6, 5e6);
  EXPECT_NEAR(static_cast<double>(drawn[19000].count()), 450e6, 15e6);
}

TEST(LatencyDistribution, OfOneTimeIsThatTime_SCN83) {
  for (const auto& always : {LatencyDistribution(100ms), LatencyDistribution(100ms, 50ms)})
    for (const auto each : draw(always, 100)) EXPECT_EQ(each, 100ms);
}

TEST(LatencyDistribution, OfRecordedTimesIsEachOfThemAsOften_VOX80) {
  std::map<Duration, int> counts;
  for (const auto each : draw(LatencyDistribution::of_recorded({100ms, 900ms, 250ms, 250ms}), 8000)) ++counts[each];
  ASSERT_EQ(counts.size(), 3U);
  EXPECT_NEAR(counts[100ms], 2000, 150);
  EXPECT_NEAR(counts[250ms], 4000, 200);
  EXPECT_NEAR(counts[900ms], 2000, 150);
}

TEST(LatencyDistribution, AnotherOneShiftsNoOtherDraw_SCN82_VOX80) {
  const auto next_after = [](const LatencyDistribution& latency) {
    RandomStream random(5);
    latency.draw(random);
    return random.next();
  };
  const auto expected = next_after(100ms);
  EXPECT_EQ(next_after({100ms, 2s}), expected);
  EXPECT_EQ(next_after(LatencyDistribution::of_recorded({1ms, 2ms})), expected);
}

}  // namespace
}  // namespace antiphon
