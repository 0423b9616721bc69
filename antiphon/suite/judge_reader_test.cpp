#include "antiphon/suite/judge_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/scenario/run.hpp"
#include "antiphon/suite/testing/suite_folder.hpp"

namespace antiphon::suite {
namespace {

using ::testing::HasSubstr;
using testing::SuiteFolder;

/// A suite whose judge is `judge` and whose model answers by `rules`.
ScenarioResult judged(const std::string& judge, const std::string& rules, const std::string& more = {}) {
  const SuiteFolder folder({{"a.yaml",
                             "antiphon: 1\nagent: {model: rules/a.rules.yaml}\ndefaults: {model: rules/a.rules.yaml, seed: 4}\nscenarios:\n"
                             "  - name: one\n    script: [{user: \"where is it?\"}, agent, judge]\n    judge: " +
                                 judge + "\n" + more},
                            {"rules/a.rules.yaml", "rules:\n" + rules + "  - reply: It is on its way and will be with you on Thursday.\n"}});
  auto loaded = folder.load({"a.yaml"});
  return run(std::move(loaded.scenarios.at(0)));
}

constexpr const char* deciding = "  - {when: {offers_tool: finish_test}, criteria: {default: passed}}\n";

TEST(SuiteJudge, LooksIntoALongConversationAsOftenAsItMay_SCN52) {
  const std::string looking = "  - {when: {offers_tool: grep_transcript}, tool_calls: [{name: grep_transcript, arguments: {pattern: thursday}}]}\n";
  const auto judge = [](int steps) { return "{criteria: [It says when], token_threshold: 1, max_discovery_steps: " + std::to_string(steps) + "}"; };
  EXPECT_EQ(judged(judge(0), looking + deciding).model_calls, 2);
  const auto result = judged(judge(3), looking + deciding);
  EXPECT_EQ(result.outcome, RunOutcome::passed) << result;
  EXPECT_EQ(result.model_calls, 5);  // the agent, three looks, the verdict
}

TEST(SuiteJudge, ReadsTracesUnlessToldOtherwise_SCN52_SCN54) {
  const std::string failing = "  - {when: {offers_tool: finish_test, history: invoke_agent}, criteria: {default: failed}}\n";
  EXPECT_EQ(judged("[It says when]", failing + deciding).outcome, RunOutcome::failed);
  EXPECT_EQ(judged("{criteria: [It says when], include_traces: on}", failing + deciding).outcome, RunOutcome::failed);
  EXPECT_EQ(judged("{criteria: [It says when], include_traces: off}", failing + deciding).outcome, RunOutcome::passed);
}

TEST(SuiteJudge, IsToldWhatItShouldKnowBesides_SCN50) {
  const std::string failing = "  - {when: {offers_tool: finish_test, history: on a Friday}, criteria: {default: failed}}\n";
  EXPECT_EQ(judged("{criteria: [It says when], context: It comes on a Friday.}", failing + deciding).outcome, RunOutcome::failed);
}

TEST(SuiteJudge, SeveralSamplesVote_SCN56) {
  const auto result = judged("{criteria: [It says when], samples: 3}", deciding);
  EXPECT_EQ(result.outcome, RunOutcome::passed) << result;
  EXPECT_EQ(result.model_calls, 4);
  EXPECT_EQ(result.criteria.at(0).votes.size(), 3U);
}

TEST(SuiteJudge, APanelOfSeveralModelsMustAgreeWhereToldSo_SCN56) {
  const std::string against = "  - {when: {offers_tool: finish_test, system: be a sceptic}, criteria: {default: failed}}\n";
  const std::string panel = "{criteria: [It says when], panel: [rules/a.rules.yaml, {model: rules/a.rules.yaml}, {system: be a sceptic}], decide: ";
  const auto most = judged(panel + "majority}", against + deciding);
  EXPECT_EQ(most.outcome, RunOutcome::passed) << most;
  EXPECT_THAT(most.criteria.at(0).reasoning, HasSubstr("rules/a.rules.yaml 2 (passed)"));
  EXPECT_EQ(judged(panel + "unanimous}", against + deciding).outcome, RunOutcome::inconclusive);
}

TEST(SuiteJudge, ChecksMayJudge_SCN56) {
  const auto result = judged("{checks: [{contains: thursday}, {turns: {at_most: 3}}]}", "");
  EXPECT_EQ(result.outcome, RunOutcome::passed) << result;
  EXPECT_EQ(result.model_calls, 1);  // the agent's
  EXPECT_EQ(result.criteria.size(), 2U);
}

constexpr const char* labelled =
    "{\"antiphon_labels\":1}\n{\"batch_id\":\"b\",\"run_id\":\"r\",\"criterion\":\"It says when\",\"verdict\":\"passed\",\"reason\":\"\",\"author\":\"ann\","
    "\"at\":\"2026-11-26T09:00:00Z\"}\n";

std::string suite_with(const std::string& judge) {
  return "antiphon: 1\nagent: {model: rules/a.rules.yaml}\nscenarios:\n  - {name: one, script: [agent], judge: " + judge + "}\n";
}

TEST(SuiteJudge, TakesLabelsAndAFloorOfItsOwnOrOfTheProject_SCN103) {
  const SuiteFolder folder({{"sub/a.yaml", suite_with("{criteria: [It says when], labels: ../labels.jsonl, kappa_floor: 0.6}")},
                            {"sub/b.yaml", suite_with("[It says when]")},
                            {"labels.jsonl", labelled},
                            {"antiphon.yaml", "judge: {labels: labels.jsonl, kappa_floor: 0.4}\n"}});
  const auto loaded = folder.load({"sub"});
  ASSERT_EQ(loaded.scenarios.size(), 2U);
  EXPECT_EQ(loaded.scenarios[0].kappa_floor, 0.6);
  EXPECT_EQ(loaded.scenarios[1].kappa_floor, 0.4);
  for (const auto& scenario : loaded.scenarios) EXPECT_EQ(scenario.labels->labels().size(), 1U);
}

TEST(SuiteJudge, BadLabelsAreAMistakeOfTheLineThatNamesThem_SCN103) {
  const SuiteFolder folder({{"a.yaml", suite_with("{criteria: [It says when], labels: labels.jsonl, kappa_floor: 2}")},
                            {"b.yaml", suite_with("{criteria: [It says when], labels: missing.jsonl}")},
                            {"c.yaml", suite_with("{checks: [{contains: x}], kappa_floor: 0.4}")},
                            {"labels.jsonl", "{\"antiphon_labels\":2}\n"}});
  const auto report = folder.report({"a.yaml", "b.yaml", "c.yaml"});
  for (const auto* text : {"version 2", "a.yaml:4", "kappa_floor", "missing.jsonl", "b.yaml:4", "c.yaml:4"}) EXPECT_THAT(report, HasSubstr(text));
}

}  // namespace
}  // namespace antiphon::suite
