#include "antiphon/base/repeating_alarm.hpp"

#include <optional>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>

namespace antiphon {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

struct RepeatingAlarmTest : testing::Test {
  void run_to(Clock::Time end) {
    bool over = false;
    clock.call_at(end, [&over] { over = true; });
    clock.run([&over] { return over; }, 60s, [] { FAIL() << "time stands still"; });
  }

  asio::io_context context{1};
  VirtualClock clock{context};
  std::vector<Clock::Time> rung;
};

TEST_F(RepeatingAlarmTest, CallsAtEveryPeriodFromItsStartOn) {
  const RepeatingAlarm ticker(clock, 5ms, 20ms, [&](std::int64_t count) {
    EXPECT_EQ(count, static_cast<std::int64_t>(rung.size()));
    rung.push_back(clock.now());
  });
  run_to(50ms);
  EXPECT_THAT(rung, ElementsAre(5ms, 25ms, 45ms));
}

TEST_F(RepeatingAlarmTest, WhatIsLateIsMadeUpForWithoutMovingWhatFollows) {
  run_to(50ms);
  const RepeatingAlarm ticker(clock, 0ms, 20ms, [&](std::int64_t) { rung.push_back(clock.now()); });
  run_to(70ms);
  EXPECT_THAT(rung, ElementsAre(50ms, 50ms, 50ms, 60ms));
}

TEST_F(RepeatingAlarmTest, DestroyedItCallsNoMore) {
  std::optional<RepeatingAlarm> ticker;
  ticker.emplace(clock, 0ms, 20ms, [&](std::int64_t) { rung.push_back(clock.now()); });
  run_to(30ms);
  ticker.reset();
  run_to(1s);
  EXPECT_THAT(rung, ElementsAre(0ms, 20ms));
}

TEST(RepeatingAlarm, MayOutliveItsClock) {
  asio::io_context context{1};
  std::optional<VirtualClock> clock(context);
  const RepeatingAlarm ticker(*clock, 0ms, 20ms, [](std::int64_t) { FAIL(); });
  clock.reset();
}

}  // namespace
}  // namespace antiphon
