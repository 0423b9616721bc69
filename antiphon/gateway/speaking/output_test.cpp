#include "antiphon/gateway/speaking/output.hpp"

#include <gtest/gtest.h>

#include "antiphon/base/beside.hpp"
#include "antiphon/gateway/testing/played_caller.hpp"
#include "antiphon/net/testing/world.hpp"

namespace antiphon::gateway {
namespace {

using namespace std::chrono_literals;
using testing::PlayedCaller;

/// Alarms ring that much late, as they do on a machine that has something else to do.
class LateClock final : public Clock {
 public:
  LateClock(Clock& clock, Duration late) : clock_(clock), late_(late) {}
  Time now() const override { return clock_.now(); }
  bool is_virtual() const override { return clock_.is_virtual(); }
  Alarm call_at(Time at, std::function<void()> action) override { return clock_.call_at(at + late_, std::move(action)); }
  void cancel(Alarm alarm) override { clock_.cancel(alarm); }

 private:
  Clock& clock_;
  Duration late_;
};

std::vector<Duration> times_of(const PlayedCaller& caller) {
  std::vector<Duration> times;
  for (const auto& frame : caller.frames) times.push_back(frame.first - caller.frames.front().first);
  return times;
}

struct Spoken : ::testing::Test {
  void say(Clock& clock, Duration length) {
    Output output(clock, caller);
    const auto sentence = std::make_shared<SpokenSentence>(1, "Hello.");
    sentence->add(testing::voice(length));
    sentence->finish();
    output.begin_turn(1);
    output.queue(sentence);
    ASSERT_TRUE(world.run(beside(output.pump(), heard(output))));
  }
  static Task<bool> heard(Output& output) {
    co_await output.wait_until_idle();
    co_return !output.busy();
  }

  net::testing::VirtualWorld world;
  PlayedCaller caller{world.clock, frame_length};
};

TEST_F(Spoken, FramesThatLeaveLateDoNotMakeThoseBehindThemLater_GTW20) {
  LateClock clock(world.clock, 3ms);
  say(clock, 6s);
  const auto times = times_of(caller);
  ASSERT_EQ(times.size(), 300U);
  for (std::size_t i = 0; i < times.size(); ++i) {
    EXPECT_GE(times[i], static_cast<std::int64_t>(i) * frame_length);
    EXPECT_LE(times[i], static_cast<std::int64_t>(i) * frame_length + 3ms);
  }
}

TEST_F(Spoken, WhereAFrameIsLaterThanAPlayerWaitsANewStretchBegins_GTW20) {
  LateClock clock(world.clock, 100ms);
  say(clock, 200ms);
  const auto times = times_of(caller);
  ASSERT_EQ(times.size(), 10U);
  for (std::size_t i = 1; i < times.size(); ++i) EXPECT_GE(times[i] - times[i - 1], frame_length) << "nothing is made up for: the player has fallen silent";
}

}  // namespace
}  // namespace antiphon::gateway
