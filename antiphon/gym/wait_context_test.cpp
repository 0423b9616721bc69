#include "antiphon/gym/wait_context.hpp"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/gym/user_simulator.hpp"

namespace antiphon::gym {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(WaitContext, BeginsWithNothingAndCountsWhatItIsTold_GYM4) {
  WaitContext waits;
  EXPECT_EQ(waits.wait_count, 0);
  EXPECT_EQ(waits.total_wait_seconds, 0);
  EXPECT_EQ(waits.last_text_len, 0u);
  waits.record_wait(10, 12);
  waits.record_wait(2.5, 20);
  EXPECT_EQ(waits.wait_count, 2);
  EXPECT_DOUBLE_EQ(waits.total_wait_seconds, 12.5);
  EXPECT_EQ(waits.last_text_len, 20u);
  waits.reset();
  EXPECT_EQ(waits.wait_count, 0);
  EXPECT_EQ(waits.total_wait_seconds, 0);
  EXPECT_EQ(waits.last_text_len, 0u);
}

TEST(WaitContext, OnlyALongerMessageIsNew_GYM4) {
  WaitContext waits;
  waits.record_wait(10, 12);
  EXPECT_TRUE(waits.has_new_content(13));
  EXPECT_FALSE(waits.has_new_content(12));
  EXPECT_FALSE(waits.has_new_content(3));
}

TEST(WaitContext, WaitsLieBetweenTwoAndThreeHundredSeconds_GYM4) {
  EXPECT_EQ(min_wait, 2s);
  EXPECT_EQ(max_wait, 300s);
  EXPECT_EQ(bounded_wait(0.1), 2s);
  EXPECT_EQ(bounded_wait(12), 12s);
  EXPECT_EQ(bounded_wait(301), 300s);
  EXPECT_EQ(bounded_wait(1e300), 300s);
  EXPECT_EQ(bounded_wait(std::nan("")), 300s);
}

TEST(WaitContext, ResponseIsAWaitForMoreThanNothingAlone_GYM4) {
  EXPECT_FALSE(UserResponse().is_wait());
  for (const double seconds : {0.0, -5.0}) EXPECT_FALSE(UserResponse::wait(seconds).is_wait()) << seconds;
  for (const double seconds : {2.0, 60.0, 300.0}) {
    EXPECT_TRUE(UserResponse::wait(seconds).is_wait()) << seconds;
    EXPECT_FALSE(UserResponse::wait(seconds).has_payload()) << "and it is no answer";
  }
}

TEST(WaitContext, BlockForTheModelTellsCountTimeAndWhetherThereIsNews_GYM4) {
  WaitContext waits;
  EXPECT_EQ(wait_block(waits, 5), "");
  waits.record_wait(10, 12);
  const auto once = wait_block(waits, 12);
  EXPECT_THAT(once, HasSubstr("<wait_context>"));
  EXPECT_THAT(once, HasSubstr("waited 1 time,"));
  EXPECT_THAT(once, HasSubstr("~10 seconds"));
  EXPECT_THAT(once, HasSubstr("no new content"));
  const auto news = wait_block(waits, 40);
  EXPECT_THAT(news, HasSubstr("There is new content"));
  EXPECT_THAT(news, Not(HasSubstr("no new content")));
  waits.record_wait(5, 40);
  EXPECT_THAT(wait_block(waits, 40), HasSubstr("waited 2 times, ~15 seconds"));
}

}  // namespace
}  // namespace antiphon::gym
