#include "antiphon/base/limit.hpp"

#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>

namespace antiphon {
namespace {

using namespace std::chrono_literals;

struct Tally {
  int begun = 0, ended = 0, destroyed = 0;
};

struct Witness {
  explicit Witness(Tally& t) : tally(t) { ++tally.begun; }
  ~Witness() { ++tally.destroyed; }
  Tally& tally;
};

Task<int> work(Clock& clock, Duration duration, Tally& tally) {
  const Witness witness(tally);
  co_await clock.sleep_for(duration);
  ++tally.ended;
  co_return 7;
}

Task<int> failing_work() {
  throw Error(ErrorKind::protocol, "garbage");
  co_return 0;
}

Error late() { return Error(ErrorKind::timeout, "nothing within 1 s"); }

struct LimitTest : testing::Test {
  /// Runs `task`, returns what ended it.
  template <class T>
  std::exception_ptr run(Task<T> task) {
    std::exception_ptr failure;
    asio::co_spawn(context, total(std::move(task)), asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr e) { failure = e; }));
    clock.run([] { return false; }, 60s, [] { FAIL() << "the run did not end"; });
    return failure;
  }
  template <class T>
  static Task<> total(Task<T> task) {
    co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
    co_await std::move(task);
  }
  Task<> expect_value(Duration limit, Duration duration, int value) {
    EXPECT_EQ(co_await at_most(clock, Deadline::after(clock, limit), work(clock, duration, tally), late()), value);
  }
  asio::io_context context{1};
  VirtualClock clock{context};
  asio::cancellation_signal signal;
  Tally tally;
};

ErrorKind kind_of(std::exception_ptr failure) {
  try {
    if (failure) std::rethrow_exception(failure);
  } catch (const Error& error) {
    return error.kind();
  } catch (...) {}
  ADD_FAILURE() << "ended by " << (failure ? describe(failure) : "nothing");
  return ErrorKind::internal;
}

bool is_abort(std::exception_ptr failure) {
  try {
    if (failure) std::rethrow_exception(failure);
  } catch (const boost::system::system_error& error) {
    return error.code() == asio::error::operation_aborted;
  } catch (...) {}
  return false;
}

TEST_F(LimitTest, WorkInTimeGivesItsValueAndLeavesNoAlarm) {
  EXPECT_FALSE(run(expect_value(1h, 2s, 7)));
  EXPECT_EQ(clock.now(), 2s);
}

TEST_F(LimitTest, TheDeadlineCancelsTheWorkAndThrowsWhatIsLate) {
  EXPECT_EQ(kind_of(run(at_most(clock, Deadline{1s}, work(clock, 1h, tally), late()))), ErrorKind::timeout);
  EXPECT_EQ(clock.now(), 1s);
  EXPECT_EQ(tally.begun, 1);
  EXPECT_EQ(tally.ended, 0);
  EXPECT_EQ(tally.destroyed, 1);
}

TEST_F(LimitTest, ADeadlineThatIsPastStillEndsTheWork) {
  EXPECT_EQ(kind_of(run(at_most(clock, Deadline{-1s}, work(clock, 1h, tally), late()))), ErrorKind::timeout);
  EXPECT_EQ(tally.ended, 0);
}

TEST_F(LimitTest, CancellationFromOutsidePassesThroughAsItIs) {
  clock.call_at(1s, [&] { signal.emit(asio::cancellation_type::total); });
  EXPECT_TRUE(is_abort(run(at_most(clock, Deadline{1h}, work(clock, 2h, tally), late()))));
  EXPECT_EQ(clock.now(), 1s);
  EXPECT_EQ(tally.destroyed, 1);
}

TEST_F(LimitTest, CancellationReachesTheInnermostOfNestedLimits) {
  clock.call_at(1s, [&] { signal.emit(asio::cancellation_type::total); });
  auto inner = at_most(clock, Deadline{2h}, work(clock, 3h, tally), late());
  EXPECT_TRUE(is_abort(run(at_most(clock, Deadline{1h}, std::move(inner), late()))));
  EXPECT_EQ(clock.now(), 1s);
}

TEST_F(LimitTest, TheOuterOfNestedLimitsWinsWhenItIsSooner) {
  auto inner = at_most(clock, Deadline{2h}, work(clock, 3h, tally), Error(ErrorKind::internal, "the inner limit"));
  EXPECT_EQ(kind_of(run(at_most(clock, Deadline{1h}, std::move(inner), late()))), ErrorKind::timeout);
  EXPECT_EQ(clock.now(), 1h);
}

TEST_F(LimitTest, AFailureOfTheWorkIsThrownAsItIs) { EXPECT_EQ(kind_of(run(at_most(clock, Deadline{1s}, failing_work(), late()))), ErrorKind::protocol); }

Task<> limited_then_sleep(Clock& clock, Tally& tally) {
  co_await at_most(clock, Deadline::after(clock, 1s), work(clock, 1ms, tally), late());
  co_await clock.sleep_for(1h);
}

TEST_F(LimitTest, TheTaskThatAwaitedALimitCanStillBeCancelledAfterwards) {
  clock.call_at(30s, [&] { signal.emit(asio::cancellation_type::total); });
  EXPECT_TRUE(is_abort(run(limited_then_sleep(clock, tally))));
  EXPECT_EQ(clock.now(), 30s);
}

TEST_F(LimitTest, DestroyedInTheMiddleItLeaksNothing) {
  {
    asio::io_context short_lived{1};
    VirtualClock inner{short_lived};
    asio::co_spawn(short_lived, at_most(inner, Deadline{1h}, work(inner, 2h, tally), late()),
                   asio::bind_cancellation_slot(signal.slot(), [](std::exception_ptr, int) {}));
    short_lived.poll();
  }
  EXPECT_EQ(tally.begun, 1);
  EXPECT_EQ(tally.destroyed, 1);
}

TEST_F(LimitTest, StopBeforeTheRunKeepsTheWorkFromBeginning) {
  Stoppable stoppable;
  stoppable.stop();
  EXPECT_TRUE(is_abort(run(stoppable.run(work(clock, 1h, tally)))));
  EXPECT_EQ(tally.begun, 0);
}

TEST_F(LimitTest, StopCancelsTheWorkFromOutside) {
  Stoppable stoppable;
  clock.call_at(3s, [&] { stoppable.stop(); });
  EXPECT_TRUE(is_abort(run(stoppable.run(work(clock, 1h, tally)))));
  EXPECT_TRUE(stoppable.stopped());
  EXPECT_EQ(clock.now(), 3s);
}

}  // namespace
}  // namespace antiphon
