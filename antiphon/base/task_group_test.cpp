#include "antiphon/base/task_group.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>

#include "antiphon/base/clock.hpp"

namespace antiphon {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Notes what becomes of it; where it is cancelled it takes its time to end.
Task<> work(Clock& clock, Duration takes, std::string name, std::vector<std::string>& ended, std::string fails = {}) {
  bool cancelled = false;
  try {
    co_await clock.sleep_for(takes);
  } catch (...) {
    cancelled = true;
  }
  if (cancelled) {
    co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
    co_await clock.sleep_for(50ms);
    ended.push_back(name + " stopped");
    throw boost::system::system_error(asio::error::operation_aborted);
  }
  ended.push_back(name);
  if (!fails.empty()) throw Error(ErrorKind::protocol, fails);
}

struct Groups : ::testing::Test {
  std::string run(Task<> task) {
    std::string failure;
    bool done = false;
    asio::co_spawn(context, std::move(task), asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr error) {
                     done = true;
                     failure = name_of(error);
                   }));
    clock.run([&] { return done; }, 60s, [] { FAIL() << "the run did not end"; });
    return failure;
  }
  void cancel_at(Clock::Time at) {
    clock.call_at(at, [this] { signal.emit(asio::cancellation_type::terminal); });
  }
  static std::string name_of(const std::exception_ptr& error) {
    if (!error) return "";
    try {
      std::rethrow_exception(error);
    } catch (const Error& told) {
      return told.message();
    } catch (...) {
      return "cancelled";
    }
  }
  std::vector<Task<>> three(std::string first_fails = {}, std::string second_fails = {}) {
    std::vector<Task<>> tasks;
    tasks.push_back(work(clock, 300ms, "a", ended, std::move(first_fails)));
    tasks.push_back(work(clock, 100ms, "b", ended, std::move(second_fails)));
    tasks.push_back(work(clock, 200ms, "c", ended));
    return tasks;
  }

  asio::io_context context{1};
  VirtualClock clock{context};
  asio::cancellation_signal signal;
  std::vector<std::string> ended;
};

TEST_F(Groups, AtOnceRunsAllBesideEachOther) {
  EXPECT_EQ(run(at_once(three())), "");
  EXPECT_THAT(ended, ElementsAre("b", "c", "a"));
  EXPECT_EQ(clock.now(), 300ms);
  EXPECT_EQ(run(at_once({})), "");
}

TEST_F(Groups, AtOnceLetsTheOthersEndAndThrowsWhatTheFirstInTheListThrew) {
  EXPECT_EQ(run(at_once(three("a fell", "b fell"))), "a fell");
  EXPECT_THAT(ended, ElementsAre("b", "c", "a"));
}

TEST_F(Groups, ACancelledAtOnceWaitsForTheirEndsHoweverOftenItIsCancelled) {
  cancel_at(150ms);
  cancel_at(160ms);
  EXPECT_EQ(run(at_once(three())), "cancelled");
  EXPECT_THAT(ended, ElementsAre("b", "a stopped", "c stopped"));
}

Task<> join_with(TaskGroup& group, std::vector<Task<>> tasks) {
  for (auto& task : tasks) group.spawn(std::move(task));
  co_await group.join();
}

TEST_F(Groups, AGroupStopsTheOthersWhereOneFails) {
  TaskGroup group(context.get_executor());
  EXPECT_EQ(run(join_with(group, three("", "b fell"))), "b fell");
  EXPECT_THAT(ended, ElementsAre("b", "a stopped", "c stopped"));
  EXPECT_TRUE(group.idle());
}

TEST_F(Groups, WhatComesToAStoppedGroupEndsAtOnce) {
  TaskGroup group(context.get_executor());
  group.stop();
  EXPECT_EQ(run(join_with(group, three())), "");
  EXPECT_THAT(ended, IsEmpty());
}

Task<> end_with(TaskGroup& group, std::vector<Task<>> tasks, Task<> last) {
  for (auto& task : tasks) group.spawn(std::move(task));
  co_await group.end_with(std::move(last));
}

TEST_F(Groups, AGroupEndsWithWhatItIsToldToEndWith) {
  TaskGroup group(context.get_executor());
  EXPECT_EQ(run(end_with(group, three(), work(clock, 150ms, "last", ended))), "");
  EXPECT_THAT(ended, ElementsAre("b", "last", "a stopped", "c stopped"));
  EXPECT_TRUE(group.idle());
}

TEST_F(Groups, WhoeverIsCancelledWhileAGroupIsToEndWithThemWaitsForItsEnd) {
  TaskGroup group(context.get_executor());
  cancel_at(120ms);
  EXPECT_EQ(run(end_with(group, three(), work(clock, 1s, "last", ended))), "cancelled");
  EXPECT_THAT(ended, ElementsAre("b", "last stopped", "a stopped", "c stopped"));
  EXPECT_TRUE(group.idle());
}

TEST_F(Groups, WhatAGroupIsToEndWithMayFail) {
  TaskGroup group(context.get_executor());
  EXPECT_EQ(run(end_with(group, three(), work(clock, 150ms, "last", ended, "last fell"))), "last fell");
  EXPECT_THAT(ended, ElementsAre("b", "last", "a stopped", "c stopped"));
}

}  // namespace
}  // namespace antiphon
