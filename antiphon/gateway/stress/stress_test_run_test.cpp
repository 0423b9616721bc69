#include "antiphon/gateway/stress/stress_test_run.hpp"

#include <list>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/error.hpp"
#include "antiphon/gateway/testing/gateway_in_memory.hpp"
#include "antiphon/gateway/testing/played_caller.hpp"

// Many calls of one gateway, over memory and in virtual time.

namespace antiphon::gateway {
namespace {

using namespace std::chrono_literals;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Instance;
using ::testing::IsEmpty;
using testing::VirtualMedium;

struct Stress : ::testing::Test {
  VirtualMedium medium;
  std::list<Instance> gateways;  ///< earlier ones go on: their servers still run
  Instance* gateway = nullptr;
  std::optional<StressTestRun> test;

  StressReport stress(StressPlan plan, CallServerSettings settings = {}, std::vector<std::string> sentences = {"It is there."}) {
    settings.per_caller.reset(), settings.per_address.reset();
    gateway = &gateways.emplace_back(medium, std::move(settings));
    gateway->dialogue->sentences = std::move(sentences);
    plan.lines.resize(2, CallStep{.say = "where is it", .speech = testing::voice(1s)});
    test.emplace(medium.runtime, std::move(plan), [this](std::size_t number, Deadline deadline) {
      return medium.dial(*gateway->server, {.url = "/ws/call?events=1&caller_id=stress-" + std::to_string(number)}, deadline);
    });
    return medium.run(test->run());
  }
};

TEST_F(Stress, RealCallsAreCountedAndTimed_GTW61) {
  const auto report = stress({.calls = 5, .barge_in = 0, .seed = 7});
  ASSERT_EQ(report.calls.size(), 5U);
  EXPECT_EQ(report.failed(), 0U) << report.calls[0].error;
  EXPECT_EQ(report.error_rate(), 0);
  EXPECT_EQ(report.barge_ins(), 0U);
  EXPECT_EQ(report.unanswered(), 0U);
  const auto responses = report.responses_ms();
  EXPECT_EQ(responses.size(), 10U);
  EXPECT_GE(responses.front(), 400) << "final after 300 ms, first chunk after 100";
  EXPECT_LE(responses.back(), 700);
  EXPECT_EQ(report.measured("generator_lateness_p99"), 0) << "in virtual time nobody is late";
  const auto object = to_json(report, {});
  EXPECT_EQ(object.at("total_calls"), json::value(5));
  EXPECT_EQ(object.at("successful"), json::value(5));
  EXPECT_GT(object.at("p95_latency_ms").as_double(), 0);
}

TEST_F(Stress, ACallThatNeverGotThroughHasFailed_GTW61) {
  const auto report = stress({.calls = 4, .jitter = 0ms, .barge_in = 0}, {.most_calls = 2});
  EXPECT_EQ(report.failed(), 2U);
  EXPECT_EQ(report.error_rate(), 0.5);
  EXPECT_EQ(report.unanswered(), 4U) << "what they would have said";
  const auto errors = to_json(report, {}).at("errors").as_object();
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_THAT(std::string(errors.begin()->key()), HasSubstr("503"));
  EXPECT_EQ(report.calls.back().connected.has_value() + report.calls[2].connected.has_value(), 0);
}

TEST_F(Stress, ALineWithoutAnAnswerFailsItsCall_GTW61) {
  const auto report = stress({.calls = 1, .barge_in = 0, .patience = 3s}, {}, {});
  EXPECT_THAT(report.calls.at(0).error, HasSubstr("line 1 was not answered"));
  EXPECT_THAT(report.calls[0].responses, IsEmpty());
  EXPECT_EQ(report.measured("response_p95"), std::nullopt);
}

TEST_F(Stress, AGatewayThatEndsACallEarlyFailsIt_GTW61) {
  gateway = &gateways.emplace_back(medium, CallServerSettings{});
  StressPlan plan{.calls = 1, .barge_in = 0};
  plan.lines.resize(2, CallStep{.say = "bye", .speech = testing::voice(1s)});
  gateway->dialogue->after = AfterAnswer::end_call;
  test.emplace(medium.runtime, plan,
               [this](std::size_t, Deadline deadline) { return medium.dial(*gateway->server, {.url = "/ws/call?events=1&caller_id=a"}, deadline); });
  const auto report = medium.run(test->run());
  EXPECT_THAT(report.calls.at(0).error, HasSubstr("ended the call before line 2: completed"));
}

TEST_F(Stress, WhoWaitsForALineIsMeasuredFromWhenItWasMeantToCall_GTW61) {
  const auto report = stress({.calls = 3, .at_once = 1, .rate = 1, .jitter = 0ms, .barge_in = 0});
  ASSERT_EQ(report.calls.size(), 3U);
  EXPECT_EQ(report.failed(), 0U);
  EXPECT_EQ(report.calls[1].due, 1s) << "intended, however long the first one takes";
  EXPECT_EQ(*report.calls[0].connected, 0s);
  EXPECT_GT(*report.calls[1].connected, 5s);
  EXPECT_GT(*report.calls[2].connected, *report.calls[1].connected);
}

TEST_F(Stress, CallsArriveAtTheirRateWhateverBecomesOfTheOthers_GTW61) {
  const auto report = stress({.calls = 3, .rate = 2, .jitter = 100ms, .barge_in = 0, .seed = 3});
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_GE(report.calls.at(i).due, i * 500ms);
    EXPECT_LE(report.calls[i].due, i * 500ms + 100ms);
    EXPECT_EQ(*report.calls[i].connected, 0s);
  }
  EXPECT_NE(report.calls[0].due, 0s);
}

TEST_F(Stress, SomeCutIntoAnswersAndThatIsCounted_GTW61) {
  const std::vector<std::string> answer{"Your parcel left our house on Monday morning.", "It will be with you on Thursday before the evening."};
  EXPECT_EQ(stress({.calls = 3, .barge_in = 1}, {}, answer).barge_ins(), 3U) << "the last answer is heard out";
  const auto some = stress({.calls = 20, .barge_in = 0.5, .seed = 5}, {}, answer);
  EXPECT_GT(some.barge_ins(), 4U);
  EXPECT_LT(some.barge_ins(), 16U);
  EXPECT_EQ(some.failed(), 0U);
}

TEST_F(Stress, AStopHangsUpAndLeavesWhatHadEnded_GTW61) {
  medium.spawn([](Clock& clock, std::optional<StressTestRun>& of) -> Task<> {
    co_await clock.sleep_for(25s);
    of->stop();
  }(medium.clock, test));
  const auto report = stress({.calls = 50, .at_once = 2, .barge_in = 0});
  EXPECT_TRUE(test->stopped());
  EXPECT_GT(report.calls.size(), 0U);
  EXPECT_LT(report.calls.size(), 10U);
  EXPECT_EQ(report.failed(), 0U) << "who was hung up on by us has not failed";
  medium.run(medium.clock.sleep_for(5s));
  EXPECT_EQ(gateway->calls->active_calls(), 0U);
}

TEST(StressReport, PercentilesLieBetweenTheirNeighboursAsInTheReference_GTW61) {
  EXPECT_EQ(interpolated_percentile({}, 95), 0);
  EXPECT_EQ(interpolated_percentile(std::vector<double>{7}, 99), 7);
  const std::vector<double> values{10, 20, 30, 40};
  EXPECT_DOUBLE_EQ(interpolated_percentile(values, 50), 25);
  EXPECT_DOUBLE_EQ(interpolated_percentile(values, 95), 38.5);
  EXPECT_DOUBLE_EQ(interpolated_percentile(values, 100), 40);
}

TEST(StressReport, ThresholdsHoldForWhatWasMeasured_GTW61) {
  StressReport report;
  report.calls.push_back({.number = 1, .connected = 5ms, .responses = {100ms, 300ms}, .lines = 2});
  report.calls.push_back({.number = 2, .lines = 2, .unanswered = 2, .error = "refused"});
  const auto holds = [&](const std::string& text) { return judge(report, {parse_threshold(text)}).at(0).holds; };
  EXPECT_TRUE(holds("response_p50=200ms"));
  EXPECT_FALSE(holds("response_p50=199ms"));
  EXPECT_TRUE(holds("response_avg=0.2s"));
  EXPECT_TRUE(holds("connect_p95=5ms"));
  EXPECT_TRUE(holds("errors=50%"));
  EXPECT_FALSE(holds("errors=0.4"));
  EXPECT_FALSE(holds("generator_lateness_p99=1s")) << "it was not measured";
  for (const auto* wrong : {"response_p50", "response_p51=1s", "response_p50=fast", "errors=2", "errors=", "errors=1s", "=1s"})
    EXPECT_THROW(parse_threshold(wrong), Error) << wrong;
}

}  // namespace
}  // namespace antiphon::gateway
