#include "antiphon/base/blocking.hpp"

#include <atomic>
#include <future>
#include <thread>

#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>

namespace antiphon {
namespace {

using namespace std::chrono_literals;

struct BlockingPoolTest : testing::Test {
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
  Task<> expect_value() {
    const int value = co_await pool.run<int>(clock, [](std::stop_token) { return 7; });
    EXPECT_EQ(value, 7);
  }

  asio::io_context context{1};
  VirtualClock clock{context};
  asio::cancellation_signal signal;
  BlockingPool pool;
};

std::string message_of(std::exception_ptr failure) { return failure ? describe(failure) : "nothing"; }

TEST_F(BlockingPoolTest, GivesTheValueOfTheCallable) { EXPECT_FALSE(run(expect_value())); }

TEST_F(BlockingPoolTest, RunsOnAnotherThread) {
  auto there = std::make_shared<std::thread::id>();
  EXPECT_FALSE(run(pool.run<void>(clock, [there](std::stop_token) { *there = std::this_thread::get_id(); })));
  EXPECT_NE(*there, std::thread::id());
  EXPECT_NE(*there, std::this_thread::get_id());
}

TEST_F(BlockingPoolTest, ThrowsWhatTheCallableThrows) {
  EXPECT_EQ(message_of(run(pool.run<int>(clock, [](std::stop_token) -> int { throw std::runtime_error("no disk"); }))), "no disk");
}

TEST_F(BlockingPoolTest, VirtualTimeStandsStillMeanwhile) {
  std::atomic<bool> ended = false;
  bool ended_before_alarm = false;
  clock.call_at(1ns, [&] { ended_before_alarm = ended; });
  // The thread works for some real time, so that an alarm that did not wait for it would overtake it.
  EXPECT_FALSE(run(pool.run<void>(clock, [&](std::stop_token) {
    std::this_thread::sleep_for(20ms);
    ended = true;
  })));
  EXPECT_TRUE(ended_before_alarm);
}

TEST_F(BlockingPoolTest, ACancelledCallableThatListensEndsWithItsOwnOutcome) {
  std::promise<void> begun;
  std::thread canceller([&] {
    begun.get_future().wait();
    asio::post(context, [&] { signal.emit(asio::cancellation_type::total); });
  });
  const auto failure = run(pool.run<void>(clock, [&](std::stop_token stop) {
    begun.set_value();
    while (!stop.stop_requested()) std::this_thread::yield();
    throw std::runtime_error("stopped when asked");
  }));
  canceller.join();
  EXPECT_EQ(message_of(failure), "stopped when asked");
  EXPECT_EQ(pool.abandoned(), 0u);
}

// Two real seconds pass: the grace of a callable that does not listen is real time, whatever clock the run has.
TEST_F(BlockingPoolTest, ACallableThatIgnoresItsStopTokenIsAbandonedAfterTwoSeconds) {
  auto release = std::make_shared<std::promise<void>>();
  auto ended = std::make_shared<std::promise<void>>();
  auto begun = std::make_shared<std::promise<void>>();
  std::thread canceller([&] {
    begun->get_future().wait();
    asio::post(context, [&] { signal.emit(asio::cancellation_type::total); });
  });
  const auto failure = run(pool.run<void>(clock, [=](std::stop_token) {
    begun->set_value();
    release->get_future().wait();
    ended->set_value();
  }));
  canceller.join();
  EXPECT_EQ(message_of(failure), "a blocking call did not stop within 2 s of being asked to and was abandoned");
  EXPECT_EQ(pool.abandoned(), 1u);
  release->set_value();
  ended->get_future().wait();  // it still ends in peace, with nobody waiting
}

TEST_F(BlockingPoolTest, ACallableThatNoThreadTookUpIsCancelledAtOnce) {
  auto release = std::make_shared<std::promise<void>>();
  const auto gate = release->get_future().share();
  for (std::size_t i = 0; i < BlockingPool::max_threads; ++i)
    asio::co_spawn(context, pool.run<void>(clock, [gate](std::stop_token) { gate.wait(); }), [](std::exception_ptr) {});
  context.poll();
  std::exception_ptr failure;
  asio::co_spawn(context, total(pool.run<void>(clock, [](std::stop_token) { FAIL() << "ran although cancelled"; })),
                 asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr e) {
                   failure = e;
                   release->set_value();
                 }));
  context.poll();
  signal.emit(asio::cancellation_type::total);
  clock.run([] { return false; }, 60s, [] { FAIL() << "the run did not end"; });
  EXPECT_EQ(message_of(failure), "a blocking call was cancelled before a thread was free for it");
}

TEST_F(BlockingPoolTest, AnExecutorThatGoesAwayFirstIsNotPostedTo) {
  auto release = std::make_shared<std::promise<void>>();
  auto ended = std::make_shared<std::promise<void>>();
  {
    asio::io_context short_lived{1};
    VirtualClock inner{short_lived};
    asio::co_spawn(short_lived,
                   pool.run<void>(inner,
                                  [=](std::stop_token) {
                                    release->get_future().wait();
                                    ended->set_value();
                                  }),
                   [](std::exception_ptr) {});
    short_lived.poll();
  }
  release->set_value();
  ended->get_future().wait();  // the sanitizers see a post to a context that is gone
}

}  // namespace
}  // namespace antiphon
