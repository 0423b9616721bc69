#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/scenario/run.hpp"
#include "antiphon/scenario/users/users.hpp"

namespace antiphon {
namespace {

using testing::HasSubstr;

/// A user with one line, and an agent that says what it is made with.
Scenario talk(std::vector<Step> script, std::string answer = "Which order is it?") {
  Scenario scenario{.name = "talk", .description = "somebody asks"};
  scenario.user = scripted_user({"hello there"});
  scenario.agent = [answer = std::move(answer)](AgentInput) { return [](std::string text) -> Task<AgentReply> { co_return std::move(text); }(answer); };
  scenario.script = std::move(script);
  return scenario;
}

TEST(FaultOfARun, InWhichNothingIsAssertedAndNobodyJudgesIsTheHarnesss_SCN100) {
  const auto result = run(talk({user(), agent()}));
  ASSERT_TRUE(result.fault) << result;
  EXPECT_EQ(result.outcome, RunOutcome::inconclusive);
  EXPECT_EQ(result.fault->party, Party::harness);
  EXPECT_THAT(result.fault->why, HasSubstr("nothing was asserted"));
}

TEST(FaultOfARun, ThatAJudgeLeavesOpenIsTheJudgesInWhateverWords_SCN100) {
  auto scenario = talk({user(), agent(), judge()});
  scenario.judge = [](AgentInput) -> Task<AgentReply> { co_return Verdict{.reasoning = "I cannot tell", .outcome = RunOutcome::inconclusive}; };
  EXPECT_EQ(run(scenario).fault->party, Party::judge);
  scenario.checks = {contains("which")};
  const auto result = run(scenario);
  EXPECT_EQ(result.outcome, RunOutcome::inconclusive);
  EXPECT_EQ(result.fault->party, Party::judge);
}

TEST(FaultOfARun, InWhichTheAgentNeverHadItsTurnIsTheHarnesss_SCN100) {
  for (const auto& check : {not_contains("refund"), contains("refund")}) {
    auto scenario = talk({user()});
    scenario.checks = {check};
    const auto result = run(scenario);
    ASSERT_EQ(result.outcome, RunOutcome::failed) << result;
    EXPECT_EQ(result.fault->party, Party::harness);
    EXPECT_EQ(result.fault->rule, "agent not called");
    EXPECT_TRUE(result.fault->certain);
    EXPECT_EQ(result.fault->evidence.at(0).check, 0);
    EXPECT_TRUE(result.spoiled());
  }
  auto given = talk({user(), agent("have a refund"), fail("as it is written")});
  EXPECT_EQ(run(given).fault->rule, "agent not called");
}

TEST(FaultOfARun, OfAnAgentThatHadItsTurnAndSaidNothingIsTheAgents_SCN100) {
  auto scenario = talk({user(), agent()}, "");
  scenario.checks = {contains("refund")};
  EXPECT_EQ(run(scenario).fault->party, Party::agent);
  scenario.script = {user(), agent({.wait = false})};
  EXPECT_EQ(run(scenario).fault->party, Party::agent);
}

}  // namespace
}  // namespace antiphon
