#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "antiphon/agent/state.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/scenario/judge/judge.hpp"
#include "antiphon/scenario/run.hpp"
#include "antiphon/scenario/users/users.hpp"

// Behaviour that users of comparable libraries rely on, where no other test of ours has it (docs/decisions, the record of reference cases).

namespace antiphon {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

Scenario scripted(std::vector<Step> script) {
  return {.name = "case", .agent = [](AgentInput) -> Task<AgentReply> { co_return "ok"; }, .script = std::move(script)};
}

/// Decides on what it is asked for: "good …" is met, "open …" undecided, the rest is not met.
AgentReply verdict_on(const std::vector<std::string>& criteria) {
  Verdict verdict{.reasoning = "looked at the words", .criteria = {}};
  for (const auto& criterion : criteria)
    verdict.criteria.push_back({.criterion = criterion,
                                .status = criterion.starts_with("good")   ? CriterionStatus::passed
                                          : criterion.starts_with("open") ? CriterionStatus::inconclusive
                                                                          : CriterionStatus::failed});
  return verdict;
}

ParticipantSpec judge_with(std::vector<std::string> own) {
  ParticipantSpec spec([own](AgentInput input) -> Task<AgentReply> {
    if (!input.judgment_request) co_return AgentReply();
    co_return verdict_on(input.judgment_request->criteria.value_or(own));
  });
  return spec.with_criteria(own);
}

TEST(ReferenceCases, ToolCallsAreFoundByTheirNameTheNewestFirst_SCN20) {
  std::optional<ToolCall> found;
  bool has_other = true;
  auto scenario = scripted({user("hi"), agent(),
                            [&](RunState& state) {
                              found = state.last_tool_call("refund");
                              has_other = state.has_tool_call("lookup");
                            },
                            succeed()});
  scenario.agent = [](AgentInput) -> Task<AgentReply> {
    co_return std::vector<Message>{Message::assistant_calls("", {{"c1", "refund", R"({"order": 1})"}}), Message::tool_result("c1", "refund", "done"),
                                   Message::assistant_calls("", {{"c2", "refund", R"({"order": 2})"}}), Message::tool_result("c2", "refund", "done"),
                                   Message::assistant("both done")};
  };
  EXPECT_TRUE(run(scenario));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, "c2");
  EXPECT_FALSE(has_other);
}

TEST(ReferenceCases, CheckpointsAddUpAndAScriptThatEndsAfterThemHasPassed_SCN12_SCN18) {
  auto scenario = scripted({user("hi"), agent(), checkpoint({"good one"}), user("more"), agent(), checkpoint({"good two", "good three"})});
  scenario.judge = judge_with({});
  const auto result = run(scenario);
  EXPECT_EQ(result.outcome, RunOutcome::passed) << result;
  EXPECT_THAT(result.criteria_with(CriterionStatus::passed), ElementsAre("good one", "good two", "good three"));
}

TEST(ReferenceCases, ACheckpointLeavesTheJudgesOwnCriteriaAlone_SCN12) {
  auto scenario = scripted({user("hi"), agent(), checkpoint({"good for now"}), user("more"), agent(), judge()});
  scenario.judge = judge_with({"good in the end"});
  const auto result = run(scenario);
  EXPECT_EQ(result.outcome, RunOutcome::passed) << result;
  EXPECT_THAT(result.criteria_with(CriterionStatus::passed), ElementsAre("good for now", "good in the end"));
}

TEST(ReferenceCases, NoCriterionIsListedTwice_SCN12) {
  auto scenario = scripted({user("hi"), agent(), checkpoint({"good manners"}), checkpoint({"good manners"}), judge()});
  scenario.judge = judge_with({"good manners"});
  EXPECT_THAT(run(scenario).criteria_with(CriterionStatus::passed), ElementsAre("good manners"));
  scenario.script = {user("hi"), agent(), checkpoint({"good manners"}), checkpoint({"good manners", "a lie"}), fail("not reached")};
  const auto failed = run(scenario);
  EXPECT_EQ(failed.outcome, RunOutcome::failed);
  EXPECT_THAT(failed.criteria_with(CriterionStatus::passed), ElementsAre("good manners"));
  EXPECT_THAT(failed.criteria_with(CriterionStatus::failed), ElementsAre("a lie"));
}

TEST(ReferenceCases, AnUndecidedCheckpointEndsTheRunInconclusive_SCN12) {
  auto scenario = scripted({user("hi"), agent(), checkpoint({"good", "open question"}), fail("not reached")});
  scenario.judge = judge_with({});
  EXPECT_EQ(run(scenario).outcome, RunOutcome::inconclusive);
}

struct Ends final : EventSink {
  int started = 0, finished = 0;
  void add(const RunEvent& event) override {
    started += std::holds_alternative<RunStarted>(event) ? 1 : 0;
    finished += std::holds_alternative<RunFinished>(event) ? 1 : 0;
  }
};

TEST(ReferenceCases, TheEndIsToldExactlyOnceWhateverFails_SCN16) {
  auto asserts = scripted({user("hi"), [](RunState&) { throw AssertionFailed("no"); }});
  auto throws = scripted({user("hi"), agent()});
  throws.agent = [](AgentInput) -> Task<AgentReply> { throw std::runtime_error("gone"); };
  auto unmade = scripted({user("hi"), agent()});
  unmade.agent = ParticipantSpec("unmade", [](const ParticipantContext&) -> std::unique_ptr<Participant> { throw Error(ErrorKind::refused, "no line"); }, true);
  auto odd_check = scripted({user("hi"), agent()});
  odd_check.checks = {Check{CustomCheck{"odd", [](const CheckScope&) -> CheckResult { throw 7; }}}};
  auto hooked = scripted({user("hi"), agent()});
  hooked.hooks.before = {{.argv = {"false"}}};
  for (const auto& scenario : {asserts, throws, unmade, odd_check, hooked}) {
    Ends ends;
    const auto result = run(scenario, {.events = &ends});
    EXPECT_FALSE(result);
    EXPECT_EQ(ends.started, 1) << result;
    EXPECT_EQ(ends.finished, 1) << result;
  }
}

TEST(ReferenceCases, CancellingAnAwaitedRunKeepsWhatWasSaid_SCN70_SCN72) {
  asio::io_context context;
  asio::cancellation_signal cancel;
  auto scenario = scripted({user("hi"), agent(), user("again"), agent()});
  scenario.agent = [&cancel, &context](AgentInput input) -> Task<AgentReply> {
    if (input.turn == 1) co_return "ok";
    asio::post(context, [&cancel] { cancel.emit(asio::cancellation_type::terminal); });
    co_await input.state->clock().sleep_for(1h);
    co_return "late";
  };
  std::optional<ScenarioResult> result;
  asio::co_spawn(context, async_run(scenario),
                 asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr, ScenarioResult value) { result = std::move(value); }));
  context.run();
  ASSERT_TRUE(result);
  EXPECT_EQ(result->reasoning, "interrupted");
  EXPECT_EQ(result->messages.size(), 3U);
}

TEST(ReferenceCases, RunsOfOneScenarioShareNothing_SCN70) {
  auto scenario = scripted({user("hi"), agent()});
  scenario.checks = {contains("third")};
  int calls = 0;
  scenario.agent = [&calls](AgentInput input) -> Task<AgentReply> { co_return ++calls == 3 && input.messages.size() == 1 ? "third" : "ok"; };
  EXPECT_FALSE(run(scenario));
  EXPECT_FALSE(run(scenario));
  EXPECT_TRUE(run(scenario));
}

TEST(ReferenceCases, MetadataKeepsNothingAndFalseAsTheyAre_SCN32) {
  json::object seen;
  auto scenario = scripted({[&seen](RunState& state) { seen = state.metadata(); }, succeed()});
  scenario.metadata = {{"zero", 0}, {"no", false}, {"none", nullptr}};
  EXPECT_EQ(run(scenario).metadata, scenario.metadata);
  EXPECT_EQ(seen, scenario.metadata);
  EXPECT_FALSE(seen.contains("unset"));
}

TEST(ReferenceCases, OneThreadPerRunTheSameInEveryTurn_SCN32) {
  std::vector<std::string> threads;
  auto scenario = scripted({user("a"), agent(), user("b"), agent(), succeed()});
  scenario.agent = [&threads](AgentInput input) -> Task<AgentReply> {
    threads.push_back(input.thread_id);
    co_return "ok";
  };
  run(scenario), run(scenario);
  EXPECT_EQ(threads[0], threads[1]);
  EXPECT_EQ(threads[2], threads[3]);
  EXPECT_NE(threads[0], threads[2]);
}

TEST(ReferenceCases, EqualCallsStayTwo_SCN60) {
  auto scenario = scripted({user("hi"), agent()});
  scenario.agent = [](AgentInput) -> Task<AgentReply> {
    co_return std::vector<Message>{Message::assistant_calls("", {{"c1", "ring", "{}"}, {"c2", "ring", "{}"}}), Message::assistant("rang twice")};
  };
  scenario.checks = {{ToolCalledCheck{.name = "ring", .times = 2}}};
  EXPECT_EQ(run(scenario).outcome, RunOutcome::passed);
}

}  // namespace
}  // namespace antiphon
