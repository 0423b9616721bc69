#include "antiphon/base/clock.hpp"

#include <stdexcept>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

namespace antiphon {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr auto generous = 60s;  // of real time: only a hanging test ever reaches it

Task<> append_after(Clock& clock, Duration delay, int value, std::vector<int>* out) {
  co_await clock.sleep_for(delay);
  out->push_back(value);
}

Task<> sleep_through(Clock& clock, Duration delay, boost::system::error_code* code) {
  co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
  try {
    co_await clock.sleep_for(delay);
  } catch (const boost::system::system_error& error) {
    *code = error.code();
  }
}

struct VirtualClockTest : testing::Test {
  void run() {
    clock.run([] { return false; }, generous, [] { FAIL() << "the run did not end"; });
  }
  void spawn(Task<> task) {
    asio::co_spawn(context, std::move(task), [](std::exception_ptr error) {
      if (error) std::rethrow_exception(error);
    });
  }
  asio::io_context context{1};
  VirtualClock clock{context};
};

TEST_F(VirtualClockTest, SleepersWakeInOrderOfTimeWhateverTheOrderOfSleeping) {
  std::vector<int> order;
  spawn(append_after(clock, 3h, 3, &order));
  spawn(append_after(clock, 1h, 1, &order));
  spawn(append_after(clock, 2h, 2, &order));
  run();
  EXPECT_THAT(order, ElementsAre(1, 2, 3));
  EXPECT_EQ(clock.now(), 3h);
}

TEST_F(VirtualClockTest, SleepersOfOneTimeWakeInOrderOfSleeping) {
  std::vector<int> order;
  for (int i = 0; i < 3; ++i) spawn(append_after(clock, 1s, i, &order));
  run();
  EXPECT_THAT(order, ElementsAre(0, 1, 2));
}

TEST_F(VirtualClockTest, AnAlarmInThePastRingsWithoutTurningTimeBack) {
  Clock::Time seen{-1};
  clock.call_at(5s, [&] { clock.call_at(1s, [&] { seen = clock.now(); }); });
  run();
  EXPECT_EQ(seen, 5s);
}

TEST_F(VirtualClockTest, ACancelledAlarmNeverRings) {
  const auto alarm = clock.call_at(1s, [] { FAIL(); });
  clock.cancel(alarm);
  clock.cancel(alarm);
  run();
  EXPECT_EQ(clock.now(), 0s);
}

TEST_F(VirtualClockTest, ACancelledSleepEndsAtOnceAndLeavesNoAlarm) {
  asio::cancellation_signal signal;
  boost::system::error_code code;
  asio::co_spawn(context, sleep_through(clock, 1h, &code), asio::bind_cancellation_slot(signal.slot(), [](std::exception_ptr) {}));
  clock.call_at(1s, [&] { signal.emit(asio::cancellation_type::total); });
  run();
  EXPECT_EQ(code, asio::error::operation_aborted);
  EXPECT_EQ(clock.now(), 1s);
}

TEST_F(VirtualClockTest, TimeStandsStillWhileWorkElsewhereIsHeld) {
  Clock::Time seen{-1};
  std::thread outside;
  std::vector<int> order;
  spawn(append_after(clock, 1s, 1, &order));
  auto hold = std::make_unique<ClockHold>(clock);
  outside = std::thread([&] {
    asio::post(context, [&] {
      seen = clock.now();
      hold.reset();
    });
  });
  run();
  outside.join();
  EXPECT_EQ(seen, 0s);
  EXPECT_THAT(order, ElementsAre(1));
}

TEST_F(VirtualClockTest, RunsAgainAfterItRanDry) {
  std::vector<int> order;
  spawn(append_after(clock, 1s, 1, &order));
  run();
  spawn(append_after(clock, 1s, 2, &order));
  run();
  EXPECT_THAT(order, ElementsAre(1, 2));
  EXPECT_EQ(clock.now(), 2s);
}

TEST_F(VirtualClockTest, TheWatchdogBarksOnceAlthoughHandlersNeverPause) {
  int barks = 0;
  bool done = false;
  std::function<void()> forever = [&] {
    if (!done) asio::post(context, forever);
  };
  asio::post(context, forever);
  clock.run([&] { return done; }, Duration::zero(),
            [&] {
              ++barks;
              asio::post(context, [&] { done = true; });
            });
  EXPECT_EQ(barks, 1);
}

TEST_F(VirtualClockTest, TheWatchdogBarksWhileSomethingIsHeld) {
  bool barked = false;
  const ClockHold hold(clock);
  clock.run([&] { return barked; }, 1ms, [&] { barked = true; });
  EXPECT_TRUE(barked);
}

TEST(Clock, DestroyedWithSleepersItEndsThem) {
  struct Witness {
    bool* gone;
    ~Witness() { *gone = true; }
  };
  struct Body {
    static Task<> sleep(Clock& clock, bool* gone) {
      const Witness witness{gone};
      const ScopedAlarm other(clock, 1h, [] {});
      co_await clock.sleep_for(1h);
    }
  };
  bool gone = false;
  asio::io_context context{1};
  {
    VirtualClock clock{context};
    asio::cancellation_signal signal;
    asio::co_spawn(context, Body::sleep(clock, &gone), asio::bind_cancellation_slot(signal.slot(), [](std::exception_ptr) {}));
    context.poll();
    EXPECT_FALSE(gone);
  }
  context.poll();  // a coroutine is unwound through its executor
  EXPECT_TRUE(gone);
}

TEST(Clock, ScopesThatOutliveItTouchItNoMore) {
  asio::io_context context{1};
  auto clock = std::make_unique<VirtualClock>(context);
  const ScopedAlarm alarm(*clock, 1h, [] {});
  const ClockHold hold(*clock);
  clock.reset();  // the sanitizers see what the two destructors do
}

// Real time passes here, milliseconds of it, because that is what a wall clock is for; nothing is asserted about how much.
TEST(WallClock, SleepersWakeInOrderOfTime) {
  asio::io_context context{1};
  WallClock clock{context};
  std::vector<int> order;
  asio::co_spawn(context, append_after(clock, 20ms, 2, &order), [](std::exception_ptr) {});
  asio::co_spawn(context, append_after(clock, 2ms, 1, &order), [](std::exception_ptr) {});
  asio::co_spawn(context, append_after(clock, -1s, 0, &order), [](std::exception_ptr) {});
  context.run();
  EXPECT_THAT(order, ElementsAre(0, 1, 2));
  EXPECT_GE(clock.now(), 20ms);
}

TEST(WallClock, AnEarlierAlarmOvertakesOneThatIsArmed) {
  asio::io_context context{1};
  WallClock clock{context};
  const auto late = clock.call_at(1h, [] { FAIL(); });
  clock.call_at(clock.now() + 1ms, [&] { clock.cancel(late); });
  context.run();
}

TEST(WallClock, CancelledAlarmsDoNotKeepTheContextRunning) {
  asio::io_context context{1};
  WallClock clock{context};
  for (int i = 0; i < 3; ++i) clock.cancel(clock.call_at(Deadline::after(clock, 1h).at, [] { FAIL(); }));
  clock.cancel(clock.call_at(Clock::Time::max(), [] { FAIL(); }));
  context.run();  // would take an hour
}

TEST(WallClock, AnAlarmThatIsDueAlreadyLeavesNothingArmed) {
  asio::io_context context{1};
  WallClock clock(context);
  std::vector<int> order;
  const auto later = clock.call_at(clock.now() + 1h, [&] { order.push_back(2); });
  clock.call_at(clock.now() - 1s, [&] { order.push_back(1); });
  EXPECT_THAT(order, testing::IsEmpty()) << "it rings from nobody's code";
  clock.cancel(later);
  context.run_for(generous);
  EXPECT_TRUE(context.stopped());
  EXPECT_THAT(order, ElementsAre(1));
}

TEST(WallClock, AlarmsThatAreDueAlreadyRingOnceInOrderOfTime) {
  asio::io_context context{1};
  WallClock clock(context);
  std::vector<int> order;
  clock.call_at(clock.now() - 1s, [&] { order.push_back(2); });
  clock.call_at(clock.now() - 2s, [&] { order.push_back(1); });
  clock.call_at(clock.now() - 1s, [&] { order.push_back(3); });
  context.run_for(generous);
  EXPECT_TRUE(context.stopped());
  EXPECT_THAT(order, ElementsAre(1, 2, 3));
}

TEST(WallClock, AlarmsThatAreSetWhileOthersRingRingToo) {
  asio::io_context context{1};
  WallClock clock(context);
  std::vector<int> order;
  clock.call_at(clock.now() - 2s, [&] {
    order.push_back(1);
    clock.call_at(clock.now() + 2ms, [&] { order.push_back(4); });
    clock.call_at(clock.now() + 1ms, [&] { order.push_back(3); });
    clock.cancel(clock.call_at(clock.now() + 1h, [] { FAIL(); }));
  });
  clock.call_at(clock.now() - 1s, [&] { order.push_back(2); });
  context.run_for(generous);
  EXPECT_TRUE(context.stopped());
  EXPECT_THAT(order, ElementsAre(1, 2, 3, 4));
}

TEST(WallClock, OneThatThrowsTakesNoneOfTheOthersWithIt) {
  asio::io_context context{1};
  WallClock clock(context);
  bool rang = false;
  clock.call_at(clock.now() - 2s, [] { throw std::runtime_error("thrown"); });
  clock.call_at(clock.now() - 1s, [&] { rang = true; });
  EXPECT_THROW(context.run_for(generous), std::runtime_error);
  context.run_for(generous);
  EXPECT_TRUE(context.stopped());
  EXPECT_TRUE(rang);
}

TEST(WallClock, ACancelledSleepEndsAtOnce) {
  asio::io_context context{1};
  WallClock clock{context};
  asio::cancellation_signal signal;
  boost::system::error_code code;
  asio::co_spawn(context, sleep_through(clock, 1h, &code), asio::bind_cancellation_slot(signal.slot(), [](std::exception_ptr) {}));
  asio::post(context, [&] { signal.emit(asio::cancellation_type::total); });
  context.run();
  EXPECT_EQ(code, asio::error::operation_aborted);
}

TEST(Deadline, KnowsWhatIsLeftAndWhichIsSooner) {
  asio::io_context context{1};
  VirtualClock clock{context};
  const auto soon = Deadline::after(clock, 2s);
  EXPECT_EQ(soon.left(clock), 2s);
  EXPECT_EQ(soon.sooner(Deadline::never()).at, soon.at);
  EXPECT_FALSE(soon.is_never());
  EXPECT_TRUE(Deadline::never().is_never());
}

}  // namespace
}  // namespace antiphon
