#include "antiphon/scenario/judge/check_judge.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/agent/state.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/scenario/run.hpp"
#include "antiphon/scenario/users/users.hpp"

namespace antiphon {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

Scenario checked(std::vector<Check> checks, std::vector<Step> steps = {}) {
  Scenario scenario{.name = "checked"};
  scenario.agent = [](AgentInput input) -> Task<AgentReply> { co_return input.turn < 3 ? "which order?" : "I am sorry"; };
  scenario.user = [](AgentInput) -> Task<AgentReply> { co_return "hello"; };
  scenario.judge = check_judge(std::move(checks));
  scenario.script = std::move(steps);
  scenario.max_turns = 6;
  return scenario;
}

TEST(CheckJudge, DecidesByChecksAloneAndAsksNoModel_SCN56) {
  const auto result = run(checked({contains("order"), turns_at_most(9)}));
  EXPECT_EQ(result.outcome, RunOutcome::passed) << result;
  EXPECT_EQ(result.model_calls, 0);
  ASSERT_EQ(result.criteria.size(), 2U);
  EXPECT_THAT(result.criteria[0].criterion, testing::StartsWith("contains"));
  EXPECT_THAT(result.criteria[0].evidence, ElementsAre(1));
}

TEST(CheckJudge, FailsWithTheChecksSentence_SCN56) {
  const auto result = run(checked({contains("refund"), contains("order")}));
  EXPECT_EQ(result.outcome, RunOutcome::failed);
  EXPECT_THAT(result.reasoning, HasSubstr("expected the agent to say \"refund\""));
  EXPECT_EQ(result.criteria_with(CriterionStatus::passed).size(), 1U);
}

TEST(CheckJudge, EndsEarlyOnceNothingCouldMendIt_SCN56) {
  const auto result = run(checked({not_contains("sorry"), contains("refund")}));
  EXPECT_EQ(result.outcome, RunOutcome::failed);
  EXPECT_EQ(result.turns, 3);
}

TEST(CheckJudge, SeesLatenciesAndWhatTheUserCouldNotDo_SCN56) {
  auto scenario = checked({Check{LatencyCheck{.p95 = 1s}}}, {user("a"), agent(), judge()});
  scenario.agent = [](AgentInput input) -> Task<AgentReply> {
    co_await input.state->clock().sleep_for(2s);
    co_return "slow";
  };
  EXPECT_EQ(run(scenario).outcome, RunOutcome::failed);
}

TEST(CheckJudge, CannotDecideSentences_SCN56) {
  const auto result = run(checked({contains("order")}, {user("a"), agent(), checkpoint({"It is kind"})}));
  EXPECT_EQ(result.outcome, RunOutcome::error);
  EXPECT_EQ(result.error->party, Party::harness);
  EXPECT_THAT(result.reasoning, HasSubstr("cannot decide the sentences"));
}

TEST(CheckJudge, RefusesABrokenCheckBeforeTheRun_SCN56) {
  EXPECT_THROW(run(checked({matches("(")})), Error);
  EXPECT_THROW(run(checked({})), Error);
}

}  // namespace
}  // namespace antiphon
