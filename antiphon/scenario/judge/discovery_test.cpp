#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/agent/state.hpp"
#include "antiphon/scenario/judge/case_file.hpp"
#include "antiphon/scenario/judge/judge.hpp"
#include "antiphon/scenario/run.hpp"
#include "antiphon/scenario/testing/scripted_model.hpp"

namespace antiphon {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing_support::calls;
using testing_support::ModelScript;

constexpr const char* kind = R"({"reasoning":"ok","criteria":{"is_kind":{"requirement":"r","reasoning":"it was","status":"passed","evidence":[1]}}})";

Task<AgentReply> answer(AgentInput input) { co_return "which order? " + std::string(400, 'x') + " needle" + std::to_string(input.turn); }

/// A judge whose material is over its threshold from the first turn on, and whose model answers as dictated.
struct LongRun {
  std::shared_ptr<ModelScript> script = std::make_shared<ModelScript>();
  JudgeOptions judge{.criteria = {"Is kind"}, .token_threshold = 20};
  std::vector<Step> steps{user("hello"), agent(), antiphon::judge()};
  int max_turns = 10;
  bool tracing = true;

  ScenarioResult run() {
    Scenario scenario{.name = "long", .description = "a customer asks"};
    scenario.agent = ParticipantSpec(answer).named("desk");
    scenario.user = [](AgentInput) -> Task<AgentReply> { co_return "hello"; };
    scenario.judge = judge_agent(judge);
    scenario.model = "test/model";
    scenario.script = steps;
    scenario.max_turns = max_turns;
    return antiphon::run(std::move(scenario), {.seed = 3, .models = testing_support::registry_with(script), .tracing = tracing});
  }
  std::vector<std::string> offered(std::size_t request) const {
    std::vector<std::string> names;
    for (const auto& tool : script->asked.at(request).tools.tools()) names.push_back(tool.name);
    return names;
  }
  std::string text(std::size_t request) const { return script->asked.at(request).messages[0].text(); }
};

TEST(JudgeDiscovery, ShowsStructureAloneAboveTheThresholdAndOffersToLookInside_SCN52) {
  LongRun run;
  run.script->answers = {calls("finish_test", kind)};
  EXPECT_EQ(run.run().outcome, RunOutcome::passed);
  EXPECT_THAT(run.offered(0), ElementsAre("finish_test", "expand_transcript", "grep_transcript", "expand_trace", "grep_trace"));
  EXPECT_EQ(run.script->asked[0].tool_choice.mode, ToolChoice::Mode::required);
  EXPECT_THAT(run.text(0), HasSubstr("[1] agent (about 10"));
  EXPECT_THAT(run.text(0), Not(HasSubstr("needle")));
  EXPECT_THAT(run.text(0), HasSubstr("invoke_agent desk"));
}

TEST(JudgeDiscovery, BelowTheThresholdEverythingIsShownAndNothingElseOffered_SCN52) {
  LongRun run;
  run.judge.token_threshold = 8192;
  run.script->answers = {calls("finish_test", kind)};
  run.run();
  EXPECT_THAT(run.offered(0), ElementsAre("finish_test"));
  EXPECT_EQ(run.script->asked[0].tool_choice.name, "finish_test");
  EXPECT_THAT(run.text(0), HasSubstr("needle1"));
  EXPECT_THAT(run.text(0), HasSubstr("invoke_agent desk"));
}

TEST(JudgeDiscovery, ALargeTranscriptIsFoldedThoughSpansAreFew_SCN52) {
  LongRun run{.tracing = false};
  run.script->answers = {calls("finish_test", kind)};
  run.run();
  EXPECT_THAT(run.offered(0), ElementsAre("finish_test", "expand_transcript", "grep_transcript"));
}

TEST(JudgeDiscovery, LooksIntoTranscriptAndTraceThenDecides_SCN52) {
  LongRun run;
  run.script->answers = {calls("expand_transcript", R"({"indices": [1]})"), calls("grep_transcript", R"({"pattern": "NEEDLE\\d"})"),
                         calls("grep_trace", R"({"pattern": "desk"})"), calls("finish_test", kind)};
  EXPECT_EQ(run.run().outcome, RunOutcome::passed);
  ASSERT_EQ(run.script->asked.size(), 4U);
  EXPECT_THAT(run.script->asked[1].messages.back().text(), HasSubstr("needle1\""));
  EXPECT_THAT(run.script->asked[2].messages.back().text(), HasSubstr("[1] agent:"));
  EXPECT_THAT(run.script->asked[3].messages.back().text(), HasSubstr("invoke_agent desk"));
  for (int i = 1; i < 4; ++i) EXPECT_EQ(run.script->asked[static_cast<std::size_t>(i)].tool_choice.mode, ToolChoice::Mode::required);
}

TEST(JudgeDiscovery, AlsoWhileItDecidesWhetherToGoOn_SCN50_SCN52) {
  LongRun run{.steps = {proceed(1), succeed()}};
  run.script->answers = {calls("expand_transcript", R"({"indices": [0]})"), calls("continue_test"), calls("finish_test", kind)};
  EXPECT_EQ(run.run().outcome, RunOutcome::passed);
  EXPECT_THAT(run.offered(0), ElementsAre("continue_test", "make_verdict", "expand_transcript", "grep_transcript", "expand_trace", "grep_trace"));
}

TEST(JudgeDiscovery, WhatWasLookedUpBeforeTheVerdictIsNotLookedUpTwice_SCN52) {
  LongRun run{.steps = {proceed()}};
  run.script->answers = {calls("expand_transcript", R"({"indices": [1]})"), calls("make_verdict"), calls("finish_test", kind)};
  EXPECT_EQ(run.run().outcome, RunOutcome::passed);
  EXPECT_THAT(run.text(2), HasSubstr(R"(You called expand_transcript with {"indices": [1]} and found:)"));
  EXPECT_THAT(run.text(2), HasSubstr("needle1"));
}

TEST(JudgeDiscovery, AfterTenStepsTheVerdictIsForcedWithTheHistoryAsPlainText_SCN52) {
  LongRun run;
  for (int i = 0; i < 10; ++i) run.script->answers.push_back(calls("grep_transcript", R"({"pattern": "step)" + std::to_string(i) + R"("})"));
  run.script->answers.push_back(calls("finish_test", kind));
  EXPECT_EQ(run.run().outcome, RunOutcome::passed);
  ASSERT_EQ(run.script->asked.size(), 11U);
  const auto& forced = run.script->asked[10];
  EXPECT_THAT(run.offered(10), ElementsAre("finish_test"));
  EXPECT_EQ(forced.tool_choice.mode, ToolChoice::Mode::named);
  ASSERT_EQ(forced.messages.size(), 1U);  // no call and no result is left
  for (int i = 0; i < 10; ++i) EXPECT_THAT(run.text(10), HasSubstr("No message matches \"step" + std::to_string(i)));
}

TEST(JudgeDiscovery, ExhaustedWhileDecidingItMustGiveAVerdictThatEndsTheRun_SCN52) {
  LongRun run{.steps = {proceed()}};
  run.judge.max_discovery_steps = 1;
  run.script->answers = {calls("grep_transcript", R"({"pattern": "x"})"),
                         calls("finish_test", R"({"reasoning":"lost","criteria":{"is_kind":{"status":"inconclusive","reasoning":"unclear"}}})")};
  const auto result = run.run();
  EXPECT_EQ(result.outcome, RunOutcome::inconclusive) << result;
  EXPECT_EQ(result.turns, 1);
  EXPECT_THAT(run.offered(1), ElementsAre("finish_test"));
}

TEST(JudgeDiscovery, AVoluntaryVerdictThatLeavesSomethingUndecidedStillGoesOn_SCN31_SCN52) {
  LongRun run{.steps = {proceed()}, .max_turns = 2};
  run.script->answers = {calls("expand_transcript", R"({"indices": [0]})"), calls("make_verdict"),
                         calls("finish_test", R"({"reasoning":"","criteria":{"is_kind":{"status":"inconclusive"}}})"), calls("finish_test", kind)};
  const auto result = run.run();
  EXPECT_EQ(result.outcome, RunOutcome::passed);
  EXPECT_EQ(result.turns, 2);
}

TEST(JudgeDiscovery, ACallThatLeaksIntoTheForcedPhaseIsTheJudgesErrorAfterOneRetry_SCN52_SCN55) {
  LongRun run;
  run.judge.max_discovery_steps = 1;
  const auto leak = calls("expand_trace", R"({"span_ids": ["ffffffff"]})");
  run.script->answers = {leak, leak, leak};
  const auto result = run.run();
  EXPECT_EQ(result.outcome, RunOutcome::error);
  EXPECT_EQ(result.error->party, Party::judge);
  EXPECT_THAT(result.reasoning, HasSubstr("expand_trace is no longer offered"));
  EXPECT_THAT(run.script->asked.at(2).messages.back().text(), HasSubstr("expand_trace is no longer offered"));
  run.script->asked.clear();
  run.script->answers = {leak, leak, calls("finish_test", kind)};
  EXPECT_EQ(run.run().outcome, RunOutcome::passed);
}

TEST(JudgeDiscovery, WithoutStepsTheStructureMustDo_SCN52) {
  LongRun run;
  run.judge.max_discovery_steps = 0;
  run.script->answers = {calls("finish_test", kind)};
  EXPECT_EQ(run.run().outcome, RunOutcome::passed);
  EXPECT_THAT(run.offered(0), ElementsAre("finish_test"));
}

TEST(JudgeDiscovery, IncludesTracesWhereTheyAreRecordedUnlessToldOtherwise_SCN52_SCN54) {
  for (const auto& [include, tracing, shown] :
       {std::tuple(Inclusion::automatic, true, true), {Inclusion::automatic, false, false}, {Inclusion::on, true, true}, {Inclusion::off, true, false}}) {
    LongRun run{.tracing = tracing};
    run.judge.include_traces = include, run.judge.token_threshold = 8192;
    run.script->answers = {calls("finish_test", kind)};
    EXPECT_TRUE(run.run());
    EXPECT_EQ(run.text(0).find("OpenTelemetry") != std::string::npos, shown);
  }
}

TEST(JudgeDiscovery, DoesNotReadItsOwnCallsNorTheUsers_SCN52) {
  LongRun run{.steps = {proceed(2), succeed()}};
  run.judge.token_threshold = 8192;
  run.script->answers = {calls("continue_test"), calls("continue_test"), calls("finish_test", kind)};
  run.run();
  EXPECT_THAT(run.text(1), HasSubstr("turn 2"));
  EXPECT_THAT(run.text(1), Not(HasSubstr("chat test/model")));
  EXPECT_THAT(run.text(1), Not(HasSubstr("invoke_agent judge")));
}

TEST(JudgeDiscovery, ReadsOnlyWhatIsLeftAfterARollback_SCN20_SCN52) {
  LongRun run;
  run.judge.token_threshold = 8192;
  run.steps = {user("one"), agent(), user("two"), agent(), [](RunState& state) { state.rollback_messages_to(2); }, judge()};
  run.script->answers = {calls("finish_test", kind)};
  run.run();
  EXPECT_THAT(run.text(0), HasSubstr("needle1"));
  EXPECT_THAT(run.text(0), Not(HasSubstr("needle2")));
  EXPECT_THAT(run.text(0), HasSubstr("turn 1"));
  EXPECT_THAT(run.text(0), Not(HasSubstr("turn 2")));
}

TEST(JudgeDiscovery, TellsTheVerdictAloneWhatItShouldKnowBesides_SCN50) {
  LongRun run{.steps = {proceed()}};
  run.judge.context = "The right answer is forty-two.";
  run.script->answers = {calls("make_verdict"), calls("finish_test", kind)};
  run.run();
  EXPECT_THAT(run.text(0), Not(HasSubstr("forty-two")));
  EXPECT_THAT(run.text(1), HasSubstr("forty-two"));
}

TEST(JudgeDecision, BothToolsAtOnceAreAskedForAgainThenTheJudgesError_SCN55) {
  LongRun run{.steps = {proceed()}};
  const auto both = Message::assistant_calls("", {{"a", "continue_test", "{}"}, {"b", "make_verdict", "{}"}});
  run.script->answers = {both, both};
  const auto result = run.run();
  EXPECT_EQ(result.outcome, RunOutcome::error);
  EXPECT_EQ(result.error->party, Party::judge);
  EXPECT_THAT(result.reasoning, HasSubstr("not both"));
}

TEST(JudgeDecision, AJudgeThatNeverCallsAToolIsItsOwnError_SCN55) {
  LongRun run{.steps = {proceed()}};
  run.script->answers = {Message::assistant("going well"), Message::assistant("still going well")};
  const auto result = run.run();
  EXPECT_EQ(result.outcome, RunOutcome::error);
  EXPECT_EQ(result.error->party, Party::judge);
  EXPECT_EQ(result.turns, 1);
}

TEST(JudgeDecision, EndingEarlyAndThenDecidingNothingLetsTheRunGoOn_SCN31_SCN50) {
  LongRun run{.steps = {proceed()}, .max_turns = 3};
  const auto undecided = calls("finish_test", R"({"reasoning":"","criteria":{"is_kind":{"status":"inconclusive"}}})");
  run.script->answers = {calls("make_verdict"), undecided, calls("make_verdict"), undecided, undecided};
  const auto result = run.run();
  EXPECT_EQ(result.turns, 3);
  EXPECT_EQ(result.outcome, RunOutcome::inconclusive);
}

ToolCall call(std::string name, std::string arguments) { return {"c", std::move(name), std::move(arguments)}; }

struct SmallFile {
  CaseFile file{nullptr, 0};
  explicit SmallFile(History messages) { file.update(messages); }
  std::string found(std::string name, std::string arguments) { return file.look_up(call(std::move(name), std::move(arguments))).value_or("no such tool"); }
};

TEST(CaseFile, ExplainsWhatIsWrongWithACall_SCN52) {
  SmallFile small({Message::user("hello"), Message::assistant("good morning")});
  EXPECT_THAT(small.found("expand_transcript", R"({"indices": [7, -1]})"), HasSubstr("There is no message 7; there are 0 to 1."));
  EXPECT_THAT(small.found("expand_transcript", R"({"indices": ["x", 1.5, null, {}]})"), HasSubstr("No indices of messages were given"));
  EXPECT_THAT(small.found("expand_transcript", R"({"indices": ["1", "x"]})"), HasSubstr("good morning"));
  EXPECT_THAT(small.found("expand_transcript", R"({"indices": 1})"), HasSubstr("good morning"));
  EXPECT_THAT(small.found("expand_transcript", R"({"indices": 99999999999999999999})"), HasSubstr("No indices"));
  EXPECT_THAT(small.found("expand_transcript", "{"), HasSubstr("cannot be read"));
  EXPECT_THAT(small.found("expand_transcript", "[]"), HasSubstr("No indices"));
  EXPECT_THAT(small.found("grep_transcript", "{}"), HasSubstr("pattern is empty"));
  EXPECT_THAT(small.found("grep_transcript", R"({"pattern": "evening"})"), HasSubstr("No message matches \"evening\"; there are 0 to 1."));
  EXPECT_THAT(small.found("grep_transcript", R"({"pattern": "good ("})"), HasSubstr("No message matches"));
  EXPECT_THAT(small.found("expand_trace", R"({"span_ids": ["ffffffff"]})"), HasSubstr("No spans were recorded"));
  EXPECT_EQ(small.found("pay", "{}"), "no such tool");
}

TEST(CaseFile, APatternThatExplodesIsAnsweredWithAdvice_SCN52) {
  SmallFile small({Message::user(std::string(60, 'a') + "!")});
  EXPECT_THAT(small.found("grep_transcript", R"({"pattern": "(a+)+$"})"), HasSubstr("takes too long to match"));
}

TEST(CaseFile, AHugeToolResultIsCutAndFoundAllTheSame_SCN52) {
  const auto huge = std::string(3'000'000, 'x') + " needle " + std::string(1000, 'y');
  SmallFile small({Message::assistant_calls("", {{"c1", "dump", "{}"}}), Message::tool_result("c1", "dump", huge)});
  EXPECT_LT(small.file.text().size(), 2000U);  // folded
  EXPECT_THAT(small.found("expand_transcript", R"({"indices": [1]})"), HasSubstr("(3001008 bytes in all)"));
  EXPECT_LT(small.found("expand_transcript", R"({"indices": [1]})").size(), 16'500U);
  const auto found = small.found("grep_transcript", R"({"pattern": "needle"})");
  EXPECT_THAT(found, HasSubstr("[1] tool dump:\n"));
  EXPECT_THAT(found, HasSubstr("xx needle yy"));
  EXPECT_LT(found.size(), 600U);
}

TEST(CaseFile, ManyHitsAreCounted_SCN52) {
  History messages;
  for (int i = 0; i < 50; ++i) messages.append(Message::user("parcel"));
  SmallFile small(messages);
  EXPECT_THAT(small.found("grep_transcript", R"({"pattern": "parcel"})"), HasSubstr("(30 more messages match"));
}

TEST(CaseFile, PicturesInsideToolResultsAreToldByTheirSize_SCN52) {
  CaseFile file{nullptr, 8192};
  file.update({Message::tool_result("c", "shot", "data:image/png;base64," + std::string(5000, 'A'))});
  EXPECT_THAT(file.text(), HasSubstr("[image/png, about 5000 bytes of base64]"));
}

TEST(Inquiry, ManyCallsInOneStepGetNoMoreThanAFewAnswers_SCN52) {
  CaseFile file{nullptr, 0};
  file.update({Message::user(std::string(20'000, 'x'))});
  std::vector<ToolCall> many;
  for (int i = 0; i < 50; ++i) many.push_back({std::to_string(i), "expand_transcript", R"({"indices": [0]})"});
  Inquiry inquiry(file, 10);
  ChatRequest request;
  EXPECT_TRUE(inquiry.look_up(request, Message::assistant_calls("", many)));
  EXPECT_LT(inquiry.found().size(), 80'000U);
  EXPECT_EQ(request.messages.size(), 51U);  // each call is answered
  EXPECT_THAT(request.messages.back().text(), HasSubstr("too much at once"));
}

}  // namespace
}  // namespace antiphon
