#include "antiphon/scenario/judge/panel.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/agent/state.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/scenario/run.hpp"
#include "antiphon/scenario/testing/scripted_model.hpp"

namespace antiphon {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing_support::calls;
using testing_support::ModelScript;

Verdict kind(CriterionStatus status, std::string why, std::vector<int> evidence = {}) {
  return {.reasoning = "r",
          .criteria = {{.criterion = "Is kind", .requirement = "to be kind", .reasoning = std::move(why), .status = status, .evidence = std::move(evidence)}}};
}
constexpr auto passed = CriterionStatus::passed, failed = CriterionStatus::failed, inconclusive = CriterionStatus::inconclusive;

CriterionStatus counted(std::vector<CriterionStatus> votes, PanelRule rule) {
  std::vector<PanelVote> list;
  for (const auto status : votes) list.push_back({"j", kind(status, "")});
  return count_votes(list, rule).criteria.at(0).status;
}

TEST(CountVotes, MajorityIsMoreThanHalfAndATieIsUndecided_SCN56) {
  const auto rule = PanelRule::majority;
  EXPECT_EQ(counted({passed, passed, failed}, rule), passed);
  EXPECT_EQ(counted({failed, passed, failed}, rule), failed);
  EXPECT_EQ(counted({passed, failed}, rule), inconclusive);
  EXPECT_EQ(counted({passed, passed, failed, failed}, rule), inconclusive);
  EXPECT_EQ(counted({passed, failed, inconclusive}, rule), inconclusive);
  EXPECT_EQ(counted({passed, passed, failed, inconclusive}, rule), inconclusive);  // the most, but not half
  EXPECT_EQ(counted({inconclusive, inconclusive, passed}, rule), inconclusive);
}

TEST(CountVotes, UnanimousIsAllOfThem_SCN56) {
  const auto rule = PanelRule::unanimous;
  EXPECT_EQ(counted({passed, passed, passed}, rule), passed);
  EXPECT_EQ(counted({failed, failed}, rule), failed);
  EXPECT_EQ(counted({passed, passed, failed}, rule), inconclusive);
  EXPECT_EQ(counted({failed, failed, inconclusive}, rule), inconclusive);
}

TEST(CountVotes, KeepsEveryVoteAndShowsItInTheReasoning_SCN56) {
  const auto verdict =
      count_votes({{"a", kind(passed, "said please", {1})}, {"b", kind(failed, "shouted", {3})}, {"c", kind(passed, "", {2, 1})}}, PanelRule::majority);
  const auto& criterion = verdict.criteria.at(0);
  EXPECT_EQ(criterion.reasoning, "2 passed, 1 failed: a (passed) said please; b (failed) shouted; c (passed)");
  ASSERT_EQ(criterion.votes.size(), 3U);
  EXPECT_EQ(criterion.votes[1].judge, "b");
  EXPECT_EQ(criterion.votes[1].status, failed);
  EXPECT_EQ(criterion.votes[1].reasoning, "shouted");
  EXPECT_THAT(criterion.evidence, ElementsAre(1, 2));  // what the decision rests on, not what was outvoted
  EXPECT_EQ(criterion.requirement, "to be kind");
}

TEST(CountVotes, DisagreementIsTheJudges_SCN56) {
  const auto verdict = count_votes({{"a", kind(passed, "", {1})}, {"b", kind(failed, "", {3})}}, PanelRule::majority);
  EXPECT_EQ(verdict.criteria.at(0).party, Party::judge);
  EXPECT_THAT(verdict.criteria.at(0).evidence, ElementsAre(1, 3));
}

TEST(CountVotes, ACriterionIsDecidedByThoseThatHaveIt_SCN56) {
  Verdict other{.reasoning = "", .criteria = {{.criterion = "Asks", .status = failed}}};
  const auto verdict = count_votes({{"a", kind(passed, "")}, {"b", other}, {"c", kind(passed, "")}}, PanelRule::unanimous);
  ASSERT_EQ(verdict.criteria.size(), 2U);
  EXPECT_EQ(verdict.criteria[0].status, passed);
  EXPECT_EQ(verdict.criteria[1].status, failed);
  EXPECT_EQ(verdict.criteria[1].votes.size(), 1U);
}

TEST(CountVotes, CriteriaOfTheSameWordsStayTwo_SCN53_SCN56) {
  Verdict twice{.reasoning = "", .criteria = {{.criterion = "Is kind", .status = passed}, {.criterion = "Is kind", .status = failed}}};
  const auto verdict = count_votes({{"a", twice}, {"b", twice}}, PanelRule::majority);
  ASSERT_EQ(verdict.criteria.size(), 2U);
  EXPECT_EQ(verdict.criteria[0].status, passed);
  EXPECT_EQ(verdict.criteria[1].status, failed);
}

TEST(CountVotes, JudgesWithoutCriteriaVoteOnTheRun_SCN56) {
  const Verdict good{.reasoning = "fine", .criteria = {}, .outcome = RunOutcome::passed},
      bad{.reasoning = "rude", .criteria = {}, .outcome = RunOutcome::failed};
  EXPECT_EQ(count_votes({{"a", good}, {"b", bad}, {"c", good}}, PanelRule::majority).decide(), RunOutcome::passed);
  EXPECT_EQ(count_votes({{"a", good}, {"b", bad}}, PanelRule::majority).decide(), RunOutcome::inconclusive);
  EXPECT_THAT(count_votes({{"a", bad}, {"b", bad}}, PanelRule::unanimous).reasoning, HasSubstr("a (failed) rude"));
  const auto mixed = count_votes({{"a", kind(passed, "")}, {"b", bad}}, PanelRule::majority);
  EXPECT_EQ(mixed.decide(), RunOutcome::failed);
  EXPECT_EQ(mixed.criteria.at(1).criterion, "verdict on the whole run");
}

/// A panel of plain judges; each says per turn what it wants. An empty answer goes on.
struct PanelRun {
  std::vector<std::function<Task<AgentReply>(AgentInput)>> judges{};
  PanelRule rule = PanelRule::majority;
  std::vector<Step> steps{proceed()};
  int max_turns = 5;

  ScenarioResult run() const {
    PanelOptions options{.judges = {}, .decide = rule};
    for (const auto& judge : judges) options.judges.emplace_back(ParticipantSpec(judge).named("judge"));
    Scenario scenario{.name = "panel"};
    scenario.agent = [](AgentInput) -> Task<AgentReply> { co_return "which order?"; };
    scenario.user = [](AgentInput) -> Task<AgentReply> { co_return "hello"; };
    scenario.judge = judge_panel(options);
    scenario.script = steps;
    scenario.max_turns = max_turns;
    return antiphon::run(std::move(scenario), {.seed = 2});
  }
};

// Decides by itself from a turn on; asked, always.
auto judge_from(int turn, CriterionStatus status, Duration latency = 0s) {
  return [=](AgentInput input) -> Task<AgentReply> {
    co_await input.state->clock().sleep_for(latency);
    if (input.turn < turn && !input.judgment_request && !input.last_turn) co_return AgentReply();
    co_return kind(status, "since turn " + std::to_string(turn));
  };
}

TEST(JudgePanel, DecidesOnceMoreThanHalfWantToAndThenAsksTheOthers_SCN56) {
  const auto result = PanelRun{.judges = {judge_from(2, passed), judge_from(3, passed), judge_from(9, failed)}}.run();
  EXPECT_EQ(result.turns, 3) << result;
  EXPECT_EQ(result.outcome, RunOutcome::passed);
  EXPECT_EQ(result.criteria.at(0).votes.size(), 3U);
  EXPECT_THAT(result.criteria[0].reasoning, HasSubstr("judge 3 (failed) since turn 9"));
}

TEST(JudgePanel, AUnanimousOneWaitsForAll_SCN56) {
  const auto result = PanelRun{.judges = {judge_from(1, passed), judge_from(4, passed)}, .rule = PanelRule::unanimous}.run();
  EXPECT_EQ(result.turns, 4) << result;
  EXPECT_EQ(result.outcome, RunOutcome::passed);
}

TEST(JudgePanel, ATieIsInconclusiveAndLetsAVoluntaryVerdictPass_SCN31_SCN56) {
  const auto result = PanelRun{.judges = {judge_from(1, passed), judge_from(1, failed)}, .max_turns = 2}.run();
  EXPECT_EQ(result.outcome, RunOutcome::inconclusive) << result;
  EXPECT_EQ(result.turns, 2);
  EXPECT_THAT(result.reasoning, HasSubstr("1 passed, 1 failed"));
}

TEST(JudgePanel, AsksItsJudgesAtTheSameTime_SCN56) {
  const auto result = PanelRun{.judges = {judge_from(1, passed, 4s), judge_from(1, passed, 5s), judge_from(1, passed, 3s)}}.run();
  EXPECT_DOUBLE_EQ(result.duration_s, 5);
}

TEST(JudgePanel, AMemberThatFailsIsTheRunsErrorAndTheOthersAreStopped_SCN55_SCN56) {
  const auto broken = [](AgentInput) -> Task<AgentReply> {
    throw Error(ErrorKind::protocol, "broke the protocol twice").with_party(Party::judge);
    co_return AgentReply();
  };
  const auto result = PanelRun{.judges = {broken, judge_from(1, passed, 50s)}}.run();
  EXPECT_EQ(result.outcome, RunOutcome::error);
  EXPECT_EQ(result.error->party, Party::judge);
  EXPECT_EQ(result.duration_s, 0);
}

TEST(JudgePanel, TheFirstMemberThatFailsEndsItWhateverItsPlace_SCN55_SCN56) {
  const auto broken = [](AgentInput input) -> Task<AgentReply> {
    co_await input.state->clock().sleep_for(2s);
    throw Error(ErrorKind::protocol, "broke the protocol twice").with_party(Party::judge);
  };
  const auto result = PanelRun{.judges = {judge_from(1, passed, 2h), judge_from(1, passed), broken}}.run();
  EXPECT_EQ(result.outcome, RunOutcome::error);
  EXPECT_THAT(result.reasoning, HasSubstr("broke the protocol twice"));
  EXPECT_EQ(result.error->party, Party::judge);
  EXPECT_EQ(result.duration_s, 2);
}

/// A judge that never answers; tells how many such calls were still under way when the run closed it.
class Endless final : public Participant {
 public:
  Endless(int& under_way, std::vector<int>& at_the_close) : under_way_(under_way), at_the_close_(at_the_close) {}
  Task<AgentReply> call(AgentInput input) override {
    struct Counted {
      int& n;
      explicit Counted(int& count) : n(count) { ++n; }
      ~Counted() { --n; }
    } const counted(under_way_);
    co_await input.state->clock().sleep_for(1000h);
    co_return AgentReply();
  }
  Task<> close() override {
    at_the_close_.push_back(under_way_);
    co_return;
  }

 private:
  int& under_way_;
  std::vector<int>& at_the_close_;
};

TEST(JudgePanel, NoCallOutlivesAPanelThatWasCutOff_SCN56_SCN72) {
  int under_way = 0;
  std::vector<int> at_the_close;
  PanelOptions options{};
  for (int i = 0; i < 3; ++i)
    options.judges.emplace_back(
        ParticipantSpec("endless", [&](const ParticipantContext&) { return std::make_unique<Endless>(under_way, at_the_close); }, true));
  Scenario scenario{.name = "panel"};
  scenario.agent = [](AgentInput) -> Task<AgentReply> { co_return "which order?"; };
  scenario.judge = judge_panel(options);
  scenario.script = {user("hi"), agent(), judge()};
  scenario.turn_timeout = 3s;
  const auto late = run(scenario, {.seed = 2});
  EXPECT_THAT(late.reasoning, HasSubstr("turn_timeout"));
  EXPECT_EQ(late.duration_s, 3);
  EXPECT_THAT(at_the_close, ElementsAre(0, 0, 0));

  StopSource stop;
  options.judges.emplace_back(ParticipantSpec([stop](AgentInput input) mutable -> Task<AgentReply> {
    co_await input.state->clock().sleep_for(1s);
    stop.request();
    co_await input.state->clock().sleep_for(1000h);
    co_return AgentReply();
  }));
  scenario.judge = judge_panel(options);
  scenario.turn_timeout = scenario.timeout = 900h;
  const auto stopped = run(scenario, {.seed = 2, .stop = stop});
  EXPECT_EQ(stopped.reasoning, "interrupted");
  EXPECT_THAT(at_the_close, ElementsAre(0, 0, 0, 0, 0, 0));
}

TEST(JudgePanel, AMemberThatNeverAnswersMeetsTheTurnTimeout_SCN56_SCN72) {
  const auto result = PanelRun{.judges = {judge_from(1, passed), judge_from(1, passed, 2h)}}.run();
  EXPECT_EQ(result.outcome, RunOutcome::error);
  EXPECT_THAT(result.reasoning, HasSubstr("turn_timeout"));
}

TEST(JudgePanel, OneThatGivesNoVerdictHasNoVote_SCN56) {
  const auto silent = [](AgentInput) -> Task<AgentReply> { co_return AgentReply(); };
  const auto result = PanelRun{.judges = {judge_from(1, passed), silent}, .steps = {user("a"), agent("b"), judge()}}.run();
  EXPECT_EQ(result.outcome, RunOutcome::inconclusive) << result;
}

TEST(JudgePanel, OneThatGivesNoVerdictCannotOverruleAMajority_SCN56) {
  const auto silent = [](AgentInput) -> Task<AgentReply> { co_return AgentReply(); };
  auto panel = PanelRun{.judges = {judge_from(1, passed), judge_from(1, passed), silent}, .steps = {user("a"), agent("b"), judge()}};
  const auto result = panel.run();
  EXPECT_EQ(result.outcome, RunOutcome::passed) << result;
  ASSERT_EQ(result.criteria.size(), 1U);
  EXPECT_THAT(result.criteria[0].reasoning, HasSubstr("2 passed, 1 inconclusive"));
  panel.rule = PanelRule::unanimous;
  EXPECT_EQ(panel.run().outcome, RunOutcome::inconclusive);
}

TEST(CountVotes, WhatAllLeaveUndecidedKeepsItsCause_SCN56) {
  const auto undecided = [](std::optional<Party> party) {
    return Verdict{.reasoning = "", .criteria = {{.criterion = "Is kind", .status = CriterionStatus::inconclusive, .party = party}}};
  };
  EXPECT_EQ(count_votes({{"a", undecided(Party::harness)}, {"b", undecided(Party::harness)}}, PanelRule::majority).criteria[0].party, Party::harness);
  EXPECT_EQ(count_votes({{"a", undecided(Party::harness)}, {"b", undecided(std::nullopt)}}, PanelRule::majority).criteria[0].party, Party::judge);
  EXPECT_EQ(count_votes({{"a", undecided(Party::harness)}, {"b", kind(passed, "")}}, PanelRule::majority).criteria[0].party, Party::judge);
}

TEST(JudgePanel, WithoutJudgesIsRefusedBeforeTheRun_SCN56) { EXPECT_THROW(PanelRun{}.run(), Error); }

TEST(JudgePanel, SamplesAreAskedSeveralTimesAndNotAtTemperatureZero_SCN56) {
  const auto script = std::make_shared<ModelScript>();
  const auto verdict = [](const char* status) {
    return calls("finish_test", std::string(R"({"reasoning":"","criteria":{"is_kind":{"status":")") + status + R"(","reasoning":"x"}}})");
  };
  script->answers = {verdict("passed"), verdict("failed"), verdict("passed")};
  Scenario scenario{.name = "samples"};
  scenario.agent = [](AgentInput) -> Task<AgentReply> { co_return "which order?"; };
  scenario.judge = judge_samples({.criteria = {"Is kind"}}, 3);
  scenario.model = "test/model";
  scenario.script = {user("hi"), agent(), judge()};
  const auto options = RunOptions{.models = testing_support::registry_with(script)};
  const auto result = run(scenario, options);
  EXPECT_EQ(result.outcome, RunOutcome::passed) << result;
  EXPECT_EQ(result.model_calls, 3);
  ASSERT_EQ(script->asked.size(), 3U);
  EXPECT_EQ(script->asked[0].temperature, 0.7);
  EXPECT_THAT(result.criteria.at(0).reasoning, HasSubstr("sample 2 (failed)"));
  script->answers = {verdict("passed"), verdict("passed"), verdict("passed")};
  scenario.model.temperature = 0.2;
  run(scenario, options);
  EXPECT_EQ(script->asked.back().temperature, 0.2);
}

}  // namespace
}  // namespace antiphon
