#include "antiphon/base/beside.hpp"

#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>

namespace antiphon {
namespace {

using namespace std::chrono_literals;

Task<int> seven_after(Clock& clock, Duration duration) {
  co_await clock.sleep_for(duration);
  co_return 7;
}

Task<int> fails_after(Clock& clock, Duration duration) {
  co_await clock.sleep_for(duration);
  throw Error(ErrorKind::protocol, "the work failed");
}

/// Notes how it ended.
Task<> other(Clock& clock, Duration duration, std::string& ended, bool fails = false) {
  try {
    co_await clock.sleep_for(duration);
    ended = "in its time";
  } catch (...) {
    ended = "cancelled";
    throw;
  }
  if (fails) throw Error(ErrorKind::io, "the other failed");
}

struct Beside : testing::Test {
  std::optional<int> run(Task<int> task) {
    std::optional<int> value;
    done = false, failure.clear();
    asio::co_spawn(context, std::move(task), asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr error, int got) {
                     done = true;
                     if (error)
                       note(error);
                     else
                       value = got;
                   }));
    clock.run([&] { return done; }, 60s, [] { FAIL() << "the run did not end"; });
    return value;
  }
  void note(std::exception_ptr error) {
    try {
      std::rethrow_exception(error);
    } catch (const Error& told) {
      failure = told.message();
    } catch (...) {
      failure = "cancelled";
    }
  }

  asio::io_context context{1};
  VirtualClock clock{context};
  asio::cancellation_signal signal;
  bool done = false;
  std::string ended, failure;
};

TEST_F(Beside, TheOtherIsCancelledWhenTheWorkHasEnded) {
  EXPECT_EQ(run(beside(other(clock, 1h, ended), seven_after(clock, 1s))), 7);
  EXPECT_EQ(ended, "cancelled");
  EXPECT_EQ(clock.now(), 1s);
}

TEST_F(Beside, OneThatEndsEarlierChangesNothing) {
  EXPECT_EQ(run(beside(other(clock, 1s, ended), seven_after(clock, 2s))), 7);
  EXPECT_EQ(ended, "in its time");
}

TEST_F(Beside, WhatTheOtherFailedWithIsThrownAfterTheWork) {
  EXPECT_EQ(run(beside(other(clock, 1s, ended, true), seven_after(clock, 2s))), std::nullopt);
  EXPECT_EQ(failure, "the other failed");
  EXPECT_EQ(clock.now(), 2s);
}

TEST_F(Beside, WhatTheWorkFailsWithComesFirst) {
  EXPECT_EQ(run(beside(other(clock, 1s, ended, true), fails_after(clock, 2s))), std::nullopt);
  EXPECT_EQ(failure, "the work failed");
}

TEST_F(Beside, WhoeverCancelsEndsBoth) {
  clock.call_at(clock.now() + 1s, [this] { signal.emit(asio::cancellation_type::terminal); });
  EXPECT_EQ(run(beside(other(clock, 1h, ended), seven_after(clock, 1h))), std::nullopt);
  EXPECT_EQ(ended, "cancelled");
  EXPECT_EQ(clock.now(), 1s);
}

}  // namespace
}  // namespace antiphon
