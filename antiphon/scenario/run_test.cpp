#include "antiphon/scenario/run.hpp"

#include <array>
#include <chrono>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "antiphon/agent/state.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/random.hpp"
#include "antiphon/scenario/users/users.hpp"

namespace antiphon {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

Task<AgentReply> echo(AgentInput input) { co_return "you said: " + input.last_new_user_text(); }

Scenario scripted(std::vector<Step> script) { return {.name = "test", .description = "a test", .agent = echo, .script = std::move(script)}; }

std::vector<std::string> texts(const ScenarioResult& result) {
  std::vector<std::string> list;
  for (const auto& message : result.messages) list.push_back(message.text());
  return list;
}

TEST(ScenarioRun, PlaysFixedLinesAgainstAnAgent_SCN10_SCN11) {
  const auto result = run(scripted({user("hi"), agent(), user("bye"), agent("see you"), succeed("done")}));
  EXPECT_EQ(result.outcome, RunOutcome::passed) << result;
  EXPECT_EQ(result.reasoning, "done");
  EXPECT_THAT(texts(result), ElementsAre("hi", "you said: hi", "bye", "see you"));
  EXPECT_EQ(result.turns, 2);
  EXPECT_EQ(result.messages[3].role(), MessageRole::assistant);
}

TEST(ScenarioRun, AStringFunctionIsAnAgent_SCN5_TRN1) {
  auto scenario = scripted({user("hi"), agent(), succeed()});
  scenario.agent = [](std::string_view text) { return std::string(text) + "!"; };
  EXPECT_THAT(texts(run(scenario)), ElementsAre("hi", "hi!"));
}

TEST(ScenarioRun, GivesEachParticipantOnlyWhatItHasNotSeen_SCN2_SCN13_SCN21) {
  std::vector<std::size_t> fresh, whole;
  auto scenario = scripted({user("one"), agent(), message(Message::system("note")), user("two"), agent(), succeed()});
  scenario.agent = [&](AgentInput input) -> Task<AgentReply> {
    fresh.push_back(input.new_messages.size());
    whole.push_back(input.messages.size());
    co_return "ok";
  };
  EXPECT_TRUE(run(scenario));
  EXPECT_THAT(fresh, ElementsAre(1, 2));
  EXPECT_THAT(whole, ElementsAre(1, 4));
}

TEST(ScenarioRun, AnAgentCalledTwiceInARowIsToldSo_SCN2) {
  const auto result = run(scripted({user("hi"), agent(), agent()}));
  EXPECT_EQ(result.outcome, RunOutcome::error);
  EXPECT_THAT(result.reasoning, HasSubstr("called twice in a row"));
  EXPECT_EQ(result.messages.size(), 2U);
}

TEST(ScenarioRun, AcceptsTextOneMessageSeveralAndNothing_SCN3) {
  auto scenario = scripted({user("a"), agent(), user("b"), agent(), user("c"), agent(), succeed()});
  scenario.agent = [](AgentInput input) -> Task<AgentReply> {
    if (input.turn == 1) co_return Message::assistant("one");
    if (input.turn == 2) co_return std::vector<Message>{Message::assistant("two"), Message::assistant("three")};
    co_return AgentReply();
  };
  EXPECT_THAT(texts(run(scenario)), ElementsAre("a", "one", "b", "two", "three", "c"));
}

TEST(ScenarioRun, AnAgentMayEndTheRunWithAVerdict_SCN3) {
  auto scenario = scripted({user("a"), agent(), fail("not reached")});
  scenario.agent = [](AgentInput) -> Task<AgentReply> { co_return Verdict{.reasoning = "enough", .criteria = {}, .outcome = RunOutcome::passed}; };
  const auto result = run(scenario);
  EXPECT_EQ(result.outcome, RunOutcome::passed) << result;
  EXPECT_EQ(result.reasoning, "enough");
}

TEST(ScenarioRun, ARoleThatNobodyPlaysIsAnErrorThatNamesRoleAndStep_SCN6) {
  Scenario scenario{.name = "lonely", .agent = echo, .script = {agent("hello"), user()}};
  try {
    run(scenario);
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::configuration);
    EXPECT_THAT(error.message(), HasSubstr("nobody plays the user that step 2 of the script (`user`) needs"));
  }
}

TEST(ScenarioRun, NoScriptMeansProceedUntilTheJudgeDecides_SCN14_SCN19) {
  int turns = 0;
  Scenario scenario{.name = "auto", .agent = echo, .user = [](AgentInput) -> Task<AgentReply> { co_return "go on"; }};
  scenario.judge = [&turns](AgentInput input) -> Task<AgentReply> {
    ++turns;
    if (input.turn < 3) co_return AgentReply();
    co_return Verdict{.reasoning = "seen enough", .criteria = {}, .outcome = RunOutcome::passed};
  };
  const auto result = run(scenario);
  EXPECT_EQ(result.outcome, RunOutcome::passed);
  EXPECT_EQ(turns, 3);
  EXPECT_EQ(result.turns, 3);
  EXPECT_EQ(result.messages.size(), 6U);
}

TEST(ScenarioRun, ProceedFinishesTheTurnThatTheScriptBegan_SCN14) {
  auto scenario = scripted({user("first"), proceed(2), succeed()});
  scenario.user = scripted_user({"second", "third", "fourth"});
  const auto result = run(scenario);
  EXPECT_THAT(texts(result), ElementsAre("first", "you said: first", "second", "you said: second", "third", "you said: third"));
}

TEST(ScenarioRun, ProceedCallsBackAfterEveryMessageAndTurn_SCN14) {
  int steps = 0, turns = 0;
  auto scenario = scripted({proceed(2, [&](RunState&) { ++turns; }, [&](RunState&) { ++steps; }), succeed()});
  scenario.user = scripted_user({"a", "b", "c"});
  EXPECT_TRUE(run(scenario));
  EXPECT_EQ(turns, 2);
  EXPECT_EQ(steps, 4);
}

TEST(ScenarioRun, MaxTurnsEndsProceedAndTheScriptGoesOn_SCN14) {
  bool reached = false;
  auto scenario = scripted({proceed(), [&](RunState& state) { reached = state.current_turn() == 3; }, succeed()});
  scenario.user = [](AgentInput) -> Task<AgentReply> { co_return "more"; };
  scenario.max_turns = 3;
  const auto result = run(scenario);
  EXPECT_TRUE(reached);
  EXPECT_EQ(result.turns, 3);
}

TEST(ScenarioRun, OnTheLastTurnTheJudgeIsToldSoAndNeverBefore_SCN51) {
  std::vector<bool> last;
  Scenario scenario{.name = "auto", .agent = echo, .user = [](AgentInput) -> Task<AgentReply> { co_return "more"; }};
  scenario.max_turns = 2;
  scenario.judge = [&last](AgentInput input) -> Task<AgentReply> {
    last.push_back(input.last_turn);
    if (!input.last_turn) co_return AgentReply();
    co_return Verdict{.reasoning = "time is up", .criteria = {}, .outcome = RunOutcome::failed};
  };
  EXPECT_EQ(run(scenario).outcome, RunOutcome::failed);
  EXPECT_THAT(last, ElementsAre(false, true));
}

TEST(ScenarioRun, MinTurnsKeepsTheJudgeFromBeingCalled_SCN50b) {
  std::vector<int> asked;
  Scenario scenario{.name = "auto", .agent = echo, .user = [](AgentInput) -> Task<AgentReply> { co_return "more"; }};
  scenario.min_turns = 3;
  scenario.judge = [&asked](AgentInput input) -> Task<AgentReply> {
    asked.push_back(input.turn);
    co_return Verdict{.reasoning = "yes", .criteria = {}, .outcome = RunOutcome::passed};
  };
  EXPECT_TRUE(run(scenario));
  EXPECT_THAT(asked, ElementsAre(3));
}

TEST(ScenarioRun, AVoluntaryUndecidedVerdictLetsTheConversationGoOn_SCN31) {
  int asked = 0;
  Scenario scenario{.name = "auto", .agent = echo, .user = [](AgentInput) -> Task<AgentReply> { co_return "more"; }};
  scenario.judge = [&asked](AgentInput) -> Task<AgentReply> {
    const auto status = ++asked == 1 ? CriterionStatus::inconclusive : CriterionStatus::passed;
    co_return Verdict{.reasoning = "so far", .criteria = {{.criterion = "is kind", .status = status}}};
  };
  const auto result = run(scenario);
  EXPECT_EQ(result.outcome, RunOutcome::passed);
  EXPECT_EQ(result.turns, 2);
}

TEST(ScenarioRun, AForcedUndecidedVerdictEndsInconclusive_SCN31) {
  auto scenario = scripted({user("hi"), agent(), judge(), fail("not reached")});
  scenario.judge = [](AgentInput) -> Task<AgentReply> { co_return Verdict{.reasoning = "unclear", .criteria = {{.criterion = "is kind"}}}; };
  const auto result = run(scenario);
  EXPECT_EQ(result.outcome, RunOutcome::inconclusive);
  EXPECT_FALSE(result.success());
  EXPECT_THAT(result.criteria_with(CriterionStatus::inconclusive), ElementsAre("is kind"));
}

ParticipantSpec strict_judge(std::string failing) {
  return ParticipantSpec([failing](AgentInput input) -> Task<AgentReply> {
    Verdict verdict{.reasoning = "checked"};
    for (const auto& criterion : input.judgment_request->criteria.value_or(std::vector<std::string>{"own"}))
      verdict.criteria.push_back({.criterion = criterion, .status = criterion == failing ? CriterionStatus::failed : CriterionStatus::passed});
    co_return verdict;
  });
}

TEST(ScenarioRun, CheckpointsThatPassGoOnAndCountInTheResult_SCN12) {
  auto scenario = scripted({user("hi"), agent(), checkpoint({"a", "b"}), user("more"), agent(), judge()});
  scenario.judge = strict_judge("none");
  const auto result = run(scenario);
  EXPECT_EQ(result.outcome, RunOutcome::passed);
  EXPECT_THAT(result.criteria_with(CriterionStatus::passed), ElementsAre("a", "b", "own"));
  EXPECT_EQ(result.messages.size(), 4U);
}

TEST(ScenarioRun, ACheckpointThatFailsEndsAtOnceAndKeepsEarlierPasses_SCN12) {
  auto scenario = scripted({user("hi"), agent(), checkpoint({"a"}), checkpoint({"b"}), user("not said")});
  scenario.judge = strict_judge("b");
  const auto result = run(scenario);
  EXPECT_EQ(result.outcome, RunOutcome::failed);
  EXPECT_THAT(result.criteria_with(CriterionStatus::passed), ElementsAre("a"));
  EXPECT_THAT(result.criteria_with(CriterionStatus::failed), ElementsAre("b"));
  EXPECT_EQ(result.messages.size(), 2U);
}

TEST(ScenarioRun, AThrownAssertionFailsAndKeepsTheConversation_SCN16) {
  const auto result = run(scripted({user("hi"), agent(), [](RunState&) { throw AssertionFailed("expected a greeting"); }}));
  EXPECT_EQ(result.outcome, RunOutcome::failed);
  EXPECT_EQ(result.reasoning, "expected a greeting");
  EXPECT_EQ(result.messages.size(), 2U);
  EXPECT_EQ(result.timings.size(), 2U);
}

TEST(ScenarioRun, AnyOtherExceptionIsAnErrorWithItsParty_SCN16) {
  const auto step = run(scripted({user("hi"), [](RunState&) { throw std::runtime_error("oops"); }}));
  EXPECT_EQ(step.outcome, RunOutcome::error);
  EXPECT_EQ(step.error->party, Party::harness);
  auto scenario = scripted({user("hi"), agent()});
  scenario.agent = [](AgentInput) -> Task<AgentReply> {
    throw std::runtime_error("database gone");
    co_return "";
  };
  const auto result = run(scenario);
  EXPECT_EQ(result.error->party, Party::agent);
  EXPECT_THAT(result.reasoning, HasSubstr("database gone"));
  EXPECT_EQ(result.messages.size(), 1U);
}

TEST(ScenarioRun, AStepMayReadStateAddMessagesAndEndTheRun_SCN16_SCN20) {
  const auto result = run(scripted({user("hi"), agent(),
                                    [](RunState& state) {
                                      EXPECT_EQ(state.last_user_message()->text(), "hi");
                                      EXPECT_EQ(state.last_agent_message()->text(), "you said: hi");
                                      EXPECT_EQ(state.description(), "a test");
                                      state.add_message(Message::assistant_calls("", {{"c1", "find", "{\"a\":1}"}}));
                                      EXPECT_TRUE(state.has_tool_call("find"));
                                      EXPECT_FALSE(state.has_tool_call("other"));
                                      EXPECT_EQ(state.last_tool_call("find")->arguments, "{\"a\":1}");
                                      return Verdict{.reasoning = "fine", .criteria = {}, .outcome = RunOutcome::passed};
                                    },
                                    fail("not reached")}));
  EXPECT_EQ(result.outcome, RunOutcome::passed) << result;
}

TEST(ScenarioRun, RollbackCutsHistoryButNotWhatWasCounted_SCN20) {
  const auto result = run(scripted({user("one"), agent(), user("two"), agent(),
                                    [](RunState& state) {
                                      EXPECT_THROW(state.rollback_messages_to(-1), Error);
                                      EXPECT_EQ(state.rollback_messages_to(2).size(), 2U);
                                      EXPECT_TRUE(state.rollback_messages_to(99).empty());
                                    },
                                    check(not_contains("two")), succeed()}));
  EXPECT_EQ(result.outcome, RunOutcome::passed) << result;
  EXPECT_THAT(texts(result), ElementsAre("one", "you said: one"));
  EXPECT_EQ(result.rolled_back.size(), 2U);
  EXPECT_EQ(result.turns, 2);
  EXPECT_EQ(result.latency->n, 2U);
}

TEST(ScenarioRun, ACheckOfTheScriptThatDoesNotHoldEndsTheRunThere) {
  auto scenario = scripted({user("hi"), agent(), check(contains("order number")), user("not said")});
  const auto result = run(scenario);
  EXPECT_EQ(result.outcome, RunOutcome::failed);
  EXPECT_EQ(result.messages.size(), 2U);
  ASSERT_EQ(result.checks.size(), 1U);
  EXPECT_FALSE(result.checks[0].passed);
}

TEST(ScenarioRun, ChecksOfTheWholeRunAreEvaluatedAfterSucceed_SCN60) {
  auto scenario = scripted({user("hi"), agent(), succeed("looks good")});
  scenario.checks = {contains("order number")};
  EXPECT_EQ(run(scenario).outcome, RunOutcome::failed);
}

TEST(ScenarioRun, ABackgroundTurnGoesOnWhileTheScriptDoes_SCN11) {
  auto scenario = scripted({user("hi"), agent({.wait = false}), [](RunState& state) { EXPECT_EQ(state.messages().size(), 1U); }, agent(),
                            [](RunState& state) { EXPECT_EQ(state.messages().size(), 2U); }, user("and"), agent(), succeed()});
  int calls = 0;
  scenario.agent = [&calls](AgentInput input) -> Task<AgentReply> {
    co_await input.state->clock().sleep_for(300ms);
    co_return "answer " + std::to_string(++calls);
  };
  const auto result = run(scenario);
  EXPECT_THAT(texts(result), ElementsAre("hi", "answer 1", "and", "answer 2")) << result;
}

TEST(ScenarioRun, ABackgroundAnswerIsMeasuredWhenItIsThereNotWhenItIsFetched_SCN11) {
  auto scenario = scripted({user("hi"), agent({.wait = false}), sleep(3s), agent(), succeed()});
  scenario.agent = [](AgentInput input) -> Task<AgentReply> {
    co_await input.state->clock().sleep_for(300ms);
    co_return "here";
  };
  const auto result = run(scenario);
  EXPECT_THAT(result.answer_s, ElementsAre(testing::DoubleNear(0.3, 1e-9))) << result;
  EXPECT_NEAR(result.timings[1].end_s, 0.3, 1e-9);
  EXPECT_NEAR(result.duration_s, 3.0, 1e-9);
}

TEST(ScenarioRun, AUserThatConcludesIsAnsweredOnceMore_SCN41) {
  auto scenario = scripted({proceed(), check(contains("you said: bye")), succeed()});
  scenario.user = scripted_user({"hi", "bye"});
  const auto result = run(scenario);
  EXPECT_THAT(texts(result), ElementsAre("hi", "you said: hi", "bye", "you said: bye")) << result;
}

TEST(ScenarioRun, LinesPlayToTheirEndUnlessMaxTurnsIsGiven_SCN41) {
  auto scenario = scripted({proceed()});
  scenario.user = scripted_user(std::vector<std::string>(15, "line"));
  scenario.checks = {contains("line")};
  EXPECT_EQ(run(scenario).turns, 15);
  scenario.max_turns = 4;
  const auto cut = run(scenario);
  EXPECT_EQ(cut.turns, 4);
  EXPECT_EQ(cut.outcome, RunOutcome::inconclusive) << cut;
}

TEST(ScenarioRun, FirstAgentLetsTheAgentOpen) {
  auto scenario = scripted({proceed(1), succeed()});
  scenario.first = Role::agent;
  scenario.user = scripted_user({"hi", "x"});
  scenario.agent = [](AgentInput input) -> Task<AgentReply> { co_return input.messages.empty() ? "welcome" : "ok"; };
  EXPECT_THAT(texts(run(scenario)), ElementsAre("welcome", "hi", "ok"));
}

TEST(VirtualTime, AThousandScenariosOf200MsModelsTakeNoTimeAndTheSameTimings_SCN70) {
  std::vector<Scenario> scenarios;
  for (int i = 0; i < 1000; ++i) {
    Scenario scenario{.name = "s" + std::to_string(i), .user = scripted_user({"a", "b", "c"})};
    scenario.agent = [](AgentInput input) -> Task<AgentReply> {
      co_await input.state->clock().sleep_for(200ms);
      co_return "ok";
    };
    scenario.checks = {contains("ok")};
    scenarios.push_back(std::move(scenario));
  }
  const auto results = run_all(scenarios, {.jobs = 8, .seed = 1});
  for (const auto& result : results) {
    ASSERT_EQ(result.outcome, RunOutcome::passed) << result;
    ASSERT_EQ(result.clock, "virtual");
    ASSERT_DOUBLE_EQ(result.duration_s, 0.6);
    ASSERT_THAT(result.answer_s, ElementsAre(0.2, 0.2, 0.2));
  }
}

TEST(ScenarioRun, TurnTimeoutBlamesTheAgentAndNamesTheLimit_SCN72) {
  auto scenario = scripted({user("hi"), agent()});
  scenario.turn_timeout = 5s;
  scenario.agent = [](AgentInput input) -> Task<AgentReply> {
    co_await input.state->clock().sleep_for(1h);
    co_return "late";
  };
  const auto result = run(scenario);
  EXPECT_EQ(result.outcome, RunOutcome::error);
  EXPECT_EQ(result.error->party, Party::agent);
  EXPECT_THAT(result.reasoning, HasSubstr("5.00 s"));
  EXPECT_EQ(result.messages.size(), 1U);
  EXPECT_DOUBLE_EQ(result.duration_s, 5.0);
}

TEST(ScenarioRun, TheRunsOwnTimeoutCoversAllTurns_SCN72) {
  auto scenario = scripted({proceed()});
  scenario.user = scripted_user(std::vector<std::string>(100, "more"));
  scenario.timeout = 3500ms;
  scenario.agent = [](AgentInput input) -> Task<AgentReply> {
    co_await input.state->clock().sleep_for(1s);
    co_return "ok";
  };
  const auto result = run(scenario);
  EXPECT_EQ(result.outcome, RunOutcome::error);
  EXPECT_DOUBLE_EQ(result.duration_s, 3.5);
  EXPECT_EQ(result.messages.size(), 7U);
}

TEST(ScenarioRun, TurnTimeoutHoldsAfterALongerWait_SCN72) {
  auto scenario = scripted({user("hi"), sleep(1s), agent()});
  scenario.turn_timeout = 5s;
  scenario.agent = [](AgentInput input) -> Task<AgentReply> {
    co_await input.state->clock().sleep_for(1h);
    co_return "late";
  };
  const auto result = run(scenario);
  EXPECT_EQ(result.error->party, Party::agent) << result;
  EXPECT_DOUBLE_EQ(result.duration_s, 6.0);
}

ParticipantSpec made_by(ParticipantSpec::Factory make) { return ParticipantSpec("made", std::move(make), true); }

TEST(ScenarioRun, AParticipantThatDoesNotCloseIsLeftAfterSixSeconds_SCN72) {
  struct Lingering final : Participant {
    Lingering(Clock& c, Clock::Time& s) : clock(c), stopped(s) {}
    Task<AgentReply> call(AgentInput) override { co_return "ok"; }
    Task<> close() override {
      try {
        co_await clock.sleep_for(1h);
      } catch (const boost::system::system_error&) {
        stopped = clock.now();
      }
    }
    Clock& clock;
    Clock::Time& stopped;
  };
  Clock::Time stopped{};
  auto scenario = scripted({user("hi"), agent(), succeed()});
  scenario.agent = made_by([&stopped](const ParticipantContext& context) { return std::make_unique<Lingering>(context.runtime.clock, stopped); });
  const auto result = run(scenario);
  EXPECT_EQ(result.outcome, RunOutcome::passed) << result;
  EXPECT_EQ(stopped, 6s);
  EXPECT_DOUBLE_EQ(result.duration_s, 0.0);  // hanging up is no part of the conversation
}

TEST(ScenarioRun, AParticipantThatNothingCanStopIsGivenUpWithWhatWasSaid_SCN72) {
  auto scenario = scripted({user("hi"), agent()});
  scenario.agent = [](AgentInput) -> Task<AgentReply> {
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    asio::steady_timer never(co_await asio::this_coro::executor, std::chrono::steady_clock::time_point::max());
    co_await never.async_wait(use_task);
    co_return "never";
  };
  const auto result = run(scenario);
  EXPECT_EQ(result.outcome, RunOutcome::error);
  EXPECT_EQ(result.error->party, Party::harness);
  EXPECT_THAT(result.reasoning, HasSubstr("the agent waits for something that is on no clock"));
  EXPECT_THAT(texts(result), ElementsAre("hi"));
}

TEST(ScenarioRun, ACallbackThatThrowsEndsTheBatchInOrder_SCN70) {
  for (const auto clock : {ClockChoice::wall, ClockChoice::virtual_time}) {
    auto scenario = scripted({user("hi"), agent(), succeed()});
    scenario.clock = clock;
    const RunOptions options{.jobs = 4, .on_result = [](const ScenarioResult&) { throw std::runtime_error("no room"); }};
    EXPECT_THROW(run_all(std::vector<Scenario>(8, scenario), options), std::runtime_error);
  }
}

TEST(ScenarioRun, ACheckThatThrowsIsAnErrorOfTheHarnessWhateverItThrows_SCN16) {
  auto scenario = scripted({user("hi"), agent(), succeed()});
  scenario.checks = {Check{CustomCheck{"odd", [](const CheckScope&) -> CheckResult { throw 7; }}}};
  const auto result = run(scenario);
  EXPECT_EQ(result.outcome, RunOutcome::error);
  EXPECT_EQ(result.error->party, Party::harness);
  EXPECT_THAT(result.reasoning, HasSubstr("the check odd could not be evaluated"));
  EXPECT_EQ(result.messages.size(), 2U);
}

TEST(ScenarioRun, ATooFrequentCallStaysOneWhenTheAgentThenDies_SCN60) {
  auto scenario = scripted({user("hi"), agent(), user("and?"), agent()});
  scenario.agent = [](AgentInput input) -> Task<AgentReply> {
    if (input.turn == 2) throw std::runtime_error("gone");
    co_return std::vector<Message>{Message::assistant_calls("", {{"c1", "refund", "{}"}, {"c2", "refund", "{}"}}), Message::assistant("done")};
  };
  scenario.checks = {{ToolCalledCheck{.name = "refund", .times = 1}}};
  EXPECT_EQ(run(scenario).outcome, RunOutcome::failed);
  scenario.checks = {{ToolCalledCheck{.name = "refund", .times = 3}}};  // a third might still have come
  EXPECT_EQ(run(scenario).outcome, RunOutcome::error);
  scenario.checks = {{ToolCalledCheck{.name = "lookup", .times = 1}}};
  EXPECT_EQ(run(scenario).outcome, RunOutcome::error);
}

TEST(ScenarioRun, ANegativeNumberOfTurnsIsRefused) {
  auto scenario = scripted({proceed(-1)});
  scenario.user = scripted_user({"hi"});
  EXPECT_THAT(validate(scenario, *ModelRegistry::with_defaults()), ElementsAre(HasSubstr("step 1 of the script proceeds for -1 turns")));
}

TEST(ScenarioRun, AFailingVerdictFailsThoughEveryCriterionIsMet_SCN31) {
  auto scenario = scripted({user("hi"), agent(), judge()});
  scenario.judge = [](AgentInput) -> Task<AgentReply> {
    co_return Verdict{.reasoning = "rude all the same", .criteria = {{.criterion = "a", .status = CriterionStatus::passed}}, .outcome = RunOutcome::failed};
  };
  const auto result = run(scenario);
  EXPECT_EQ(result.outcome, RunOutcome::failed) << result;
  EXPECT_EQ(result.reasoning, "rude all the same");
}

TEST(ScenarioRun, CriteriaOfTheSameWordsStayTwo_SCN53) {
  auto scenario = scripted({user("hi"), agent(), judge()});
  scenario.judge = [](AgentInput) -> Task<AgentReply> {
    co_return Verdict{.reasoning = "mixed",
                      .criteria = {{.criterion = "a", .status = CriterionStatus::failed}, {.criterion = "a", .status = CriterionStatus::passed}}};
  };
  const auto result = run(scenario);
  EXPECT_EQ(result.outcome, RunOutcome::failed) << result;
  EXPECT_EQ(result.criteria.size(), 2U);
}

TEST(ScenarioRun, ABackgroundTurnIsTimedByItsAnswerNotByWhoWaits_SCN11) {
  auto scenario = scripted({user("hi"), agent({.wait = false}), sleep(5s), agent(), succeed()});
  scenario.agent = [](AgentInput input) -> Task<AgentReply> {
    co_await input.state->clock().sleep_for(300ms);
    co_return "ok";
  };
  EXPECT_THAT(run(scenario).answer_s, ElementsAre(0.3));
}

TEST(ScenarioRun, ABackgroundTurnsTimeRunsSinceItWasAsked_SCN11_SCN72) {
  auto scenario = scripted({user("hi"), agent({.wait = false}), sleep(4s), agent()});
  scenario.turn_timeout = 5s;
  scenario.agent = [](AgentInput input) -> Task<AgentReply> {
    co_await input.state->clock().sleep_for(1h);
    co_return "late";
  };
  const auto result = run(scenario);
  EXPECT_EQ(result.error->party, Party::agent) << result;
  EXPECT_DOUBLE_EQ(result.duration_s, 5.0);
}

TEST(ScenarioRun, ASecondTurnInTheBackgroundIsRefusedBeforeTheRun_SCN11) {
  auto scenario = scripted({user("hi"), agent({.wait = false}), sleep(1s), agent({.wait = false}), agent()});
  EXPECT_THAT(validate(scenario, *ModelRegistry::with_defaults()),
              ElementsAre(HasSubstr("step 4 of the script lets the agent answer in the background, and its turn of step 2 is still there")));
  scenario.script = {user("hi"), agent({.wait = false}), agent(), user("again"), agent({.wait = false})};
  EXPECT_THAT(validate(scenario, *ModelRegistry::with_defaults()), ElementsAre());
}

TEST(ScenarioRun, ABackgroundTurnStillRunningAtTheEndIsWaitedForUnlessTheRunIsDecided_SCN11) {
  auto scenario = scripted({user("hi"), agent({.wait = false})});
  scenario.agent = [](AgentInput input) -> Task<AgentReply> {
    co_await input.state->clock().sleep_for(3s);
    co_return "late but there";
  };
  scenario.checks = {contains("late")};
  auto result = run(scenario);
  EXPECT_EQ(result.outcome, RunOutcome::passed) << result;
  EXPECT_DOUBLE_EQ(result.duration_s, 3.0);
  scenario.script.push_back(fail("enough"));
  result = run(scenario);
  EXPECT_THAT(texts(result), ElementsAre("hi"));  // nobody waits for an answer that can change nothing
  EXPECT_DOUBLE_EQ(result.duration_s, 0.0);
}

TEST(ScenarioRun, SeveralOfOneRoleSpeakInListOrderInEveryTurn_SCN1) {
  auto scenario = scripted({proceed(2), succeed()});
  scenario.user = scripted_user({"one", "two"});
  scenario.agent = [](AgentInput) -> Task<AgentReply> { co_return "first"; };
  scenario.participants = {
      {Role::agent, ParticipantSpec([](AgentInput input) -> Task<AgentReply> { co_return "second after " + input.new_messages.back().text(); })}};
  EXPECT_THAT(texts(run(scenario)), ElementsAre("one", "first", "second after first", "two", "first", "second after first"));
}

TEST(ScenarioRun, ABlockingAgentNeverHoldsUpOtherScenarios_SCN5) {
  std::atomic<bool> other_done{false};
  Scenario blocking{.name = "blocking", .script = {user("hi"), agent(), succeed()}};
  // The other scenario must end while this thread is blocked; the wait is bounded so that a failure shows as one.
  blocking.agent = [&](std::string_view) {
    for (int i = 0; i < 500 && !other_done; ++i) std::this_thread::sleep_for(10ms);
    return std::string(other_done ? "free" : "held up");
  };
  Scenario quick{.name = "quick", .script = {user("hi"), agent(), succeed()}};
  quick.agent = [&](std::string_view) { return std::string("ok"); };
  const auto results = run_all({blocking, quick}, {.jobs = 2, .on_result = [&](const ScenarioResult& result) {
                                                     if (result.name == "quick") other_done = true;
                                                   }});
  EXPECT_EQ(texts(results[0]).back(), "free");
}

TEST(ScenarioRun, AStopKeepsThePartialResultAndMarksWhatNeverBegan_SCN72) {
  RunOptions options{.jobs = 1};
  auto scenario = scripted({user("hi"), agent(), user("again"), agent(), succeed()});
  scenario.clock = ClockChoice::wall;
  scenario.agent = [stop = options.stop](AgentInput input) mutable -> Task<AgentReply> {
    if (input.turn == 2) {
      stop.request();
      co_await input.state->clock().sleep_for(1h);
    }
    co_return "ok";
  };
  auto second = scenario;
  second.name = "second";
  const auto results = run_all({scenario, second}, options);
  EXPECT_EQ(results[0].outcome, RunOutcome::error);
  EXPECT_EQ(results[0].error->party, Party::harness);
  EXPECT_EQ(results[0].reasoning, "interrupted");
  EXPECT_EQ(results[0].messages.size(), 3U);
  EXPECT_TRUE(results[1].not_run);
}

TEST(ScenarioRun, EveryRunHasItsIdsSetAndMetadata_SCN32) {
  auto scenario = scripted({user("hi"), succeed()});
  scenario.set = "nightly";
  scenario.metadata = {{"langwatch", json::object{{"a", 1}}}};
  const auto one = run(scenario), two = run(scenario);
  EXPECT_NE(one.run_id, two.run_id);
  EXPECT_NE(one.thread_id, two.thread_id);
  EXPECT_EQ(one.id, "test");
  EXPECT_EQ(one.set, "nightly");
  EXPECT_TRUE(one.metadata.contains("langwatch"));
}

TEST(ScenarioRun, IsAwaitableOnTheCallersExecutor_SCN70) {
  asio::io_context context;
  std::optional<ScenarioResult> result;
  asio::co_spawn(
      context, [](std::optional<ScenarioResult>& into) -> Task<> { into = co_await async_run(scripted({user("hi"), agent(), succeed()})); }(result),
      asio::detached);
  context.run();
  ASSERT_TRUE(result);
  EXPECT_EQ(result->outcome, RunOutcome::passed) << *result;
}

TEST(ScenarioRun, EmitsTypedEventsAsTheyHappen_SCN73) {
  struct Sink final : EventSink {
    std::vector<std::string> seen;
    void add(const RunEvent& event) override {
      if (std::holds_alternative<RunStarted>(event)) seen.push_back("started");
      if (const auto* added = std::get_if<MessageAdded>(&event)) seen.push_back(added->message.text());
      if (std::holds_alternative<RunFinished>(event)) seen.push_back("finished");
    }
  } sink;
  run(scripted({user("hi"), agent(), succeed()}), {.events = &sink});
  EXPECT_THAT(sink.seen, ElementsAre("started", "hi", "you said: hi", "finished"));
}

// An agent that answers what was asked for at its attempt, and counts the attempts of each scenario.
struct Counted {
  std::shared_ptr<std::mutex> mutex = std::make_shared<std::mutex>();
  std::shared_ptr<std::map<std::string, int>> calls = std::make_shared<std::map<std::string, int>>();

  Scenario scenario(const std::string& name, int passes_at) const {
    auto one = scripted({user("hi"), agent()});
    one.name = name;
    one.checks = {contains("right")};
    one.agent = [mutex = mutex, calls = calls, name, passes_at](AgentInput) -> Task<AgentReply> {
      const std::lock_guard lock(*mutex);
      co_return ++(*calls)[name] >= passes_at ? "right" : "wrong";
    };
    return one;
  }
};

const auto twice_more = [](const ScenarioResult& result) { return !result.success() && result.attempt <= 2 ? Again::retry : Again::no; };

TEST(Attempts, ARunIsMadeAgainUntilNobodyWantsItAndKeepsWhatWasBefore_PRD3) {
  for (const auto clock : {ClockChoice::virtual_time, ClockChoice::wall}) {
    const Counted counted;
    std::vector<Scenario> scenarios{counted.scenario("first", 1), counted.scenario("third", 3), counted.scenario("never", 9)};
    for (auto& scenario : scenarios) scenario.clock = clock;
    const auto results = run_all(scenarios, {.jobs = 4, .seed = 1, .again = twice_more});
    EXPECT_EQ(results[0].attempt, 1);
    EXPECT_THAT(results[0].earlier, testing::IsEmpty());
    EXPECT_FALSE(results[0].flaky());
    EXPECT_EQ(results[1].outcome, RunOutcome::passed);
    ASSERT_EQ(results[1].earlier.size(), 2U);
    EXPECT_EQ(results[1].earlier[1].attempt, 2);
    EXPECT_EQ(results[1].earlier[1].outcome, RunOutcome::failed);
    EXPECT_NE(results[1].earlier[0].run_id, results[1].earlier[1].run_id);
    EXPECT_THAT(results[1].earlier[1].earlier, testing::IsEmpty());
    EXPECT_TRUE(results[1].flaky());
    EXPECT_EQ(results[2].outcome, RunOutcome::failed);
    EXPECT_EQ(results[2].attempt, 3);
    EXPECT_FALSE(results[2].flaky());
    EXPECT_EQ(summarize(results).flaky, 1U);
  }
}

TEST(Attempts, EachOneIsToldAndOnlyTheLastEndsTheRun_PRD3) {
  struct Sink final : EventSink {
    std::vector<std::string> seen;
    void add(const RunEvent& event) override {
      if (const auto* attempt = std::get_if<AttemptFinished>(&event)) seen.push_back("attempt " + std::to_string(attempt->result.attempt));
      if (const auto* run = std::get_if<RunFinished>(&event)) seen.push_back("run " + std::to_string(run->result.attempt));
    }
  } sink;
  const Counted counted;
  run(counted.scenario("x", 2), {.events = &sink, .again = twice_more});
  EXPECT_THAT(sink.seen, ElementsAre("attempt 1", "run 2"));
}

// The agent sleeps for a time drawn by a rule: the stream shows in the duration.
double drawn(int attempt, int repeat, std::uint64_t seed) {
  Scenario scenario{.name = "x", .script = {user("hi"), agent(), succeed()}};
  scenario.id = repeat > 1 ? "x #" + std::to_string(repeat) : "x";
  scenario.repeat = repeat, scenario.attempt = attempt;
  scenario.agent = ParticipantSpec(
      "drawing",
      [](const ParticipantContext& context) -> std::unique_ptr<Participant> {
        struct Drawing final : Participant {
          explicit Drawing(const ParticipantContext& context) : stream(context.seed, std::array<std::string_view, 1>{context.scenario_id}) {}
          Task<AgentReply> call(AgentInput) override { co_return std::to_string(stream.uniform()); }
          RandomStream stream;
        };
        return std::make_unique<Drawing>(context);
      },
      true);
  return std::stod(run(scenario, {.seed = seed}).messages.back().text());
}

TEST(Attempts, EveryRepeatAndAttemptDrawsApartAndTheSameAgain_SCN82_PRD3) {
  const std::set<double> all{drawn(1, 1, 7), drawn(2, 1, 7), drawn(3, 1, 7), drawn(1, 2, 7), drawn(2, 2, 7), drawn(1, 1, 8)};
  EXPECT_EQ(all.size(), 6U);
  EXPECT_EQ(drawn(2, 2, 7), drawn(2, 2, 7));
}

TEST(Attempts, AReplacedOneCountsForNothing_SCN101) {
  const Counted counted;
  const auto once = [](const ScenarioResult& result) { return result.attempt == 1 ? Again::replace : Again::no; };
  const auto result = run(counted.scenario("x", 2), {.again = once});
  ASSERT_EQ(result.earlier.size(), 1U);
  EXPECT_TRUE(result.earlier[0].replaced);
  EXPECT_FALSE(result.replaced);
  EXPECT_FALSE(result.flaky());
}

TEST(Attempts, AStopIsNoReasonToTryAgain_SCN72) {
  StopSource stop;
  auto scenario = scripted({user("hi"), agent()});
  scenario.agent = [stop](AgentInput) mutable -> Task<AgentReply> {
    stop.request();
    co_return "bye";
  };
  scenario.checks = {contains("right")};
  EXPECT_EQ(run(scenario, {.stop = stop, .again = [](const ScenarioResult&) { return Again::retry; }}).attempt, 1);
}

TEST(MaxFailures, KeepsFurtherRunsFromBeingBegun_PRD3) {
  const Counted counted;
  std::vector<Scenario> scenarios;
  for (const int passes_at : {1, 9, 1, 9, 1, 1}) scenarios.push_back(counted.scenario("s" + std::to_string(scenarios.size()), passes_at));
  const auto results = run_all(scenarios, {.jobs = 1, .max_failures = 2});
  for (const std::size_t i : {0U, 1U, 2U, 3U}) EXPECT_FALSE(results[i].not_run) << i;
  for (const std::size_t i : {4U, 5U}) EXPECT_TRUE(results[i].not_run) << i;
}

}  // namespace
}  // namespace antiphon
