#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/cli/command_line_test.hpp"
#include "antiphon/cli/full_disk_test.hpp"

namespace antiphon::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct EvalCommandLine : CommandLine {
  EvalCommandLine() { write("gateway.yaml", "providers: {llm: {stub: {text: I can help you.}}}\n"); }
};

TEST_F(EvalCommandLine, TellsHowManyPassedAndExitsBySuccess_GTW60_PRD2) {
  write("good.yaml", "- {name: greets, turns: [{user: hello, contains: help}]}\n");
  EXPECT_EQ(antiphon({"eval", "gateway.yaml", "good.yaml"}), 0) << err();
  EXPECT_THAT(out(), HasSubstr("PASS greets\n"));
  EXPECT_THAT(out(), HasSubstr("1 of 1 passed; success rate 100 %"));
  write("bad.yaml", "- {name: knows, turns: [{user: hello, contains: parcel}]}\n");
  EXPECT_EQ(antiphon({"eval", "gateway.yaml", "good.yaml", "bad.yaml"}), 1);
  EXPECT_THAT(out(), HasSubstr("FAIL knows  bad.yaml:1\n  user     hello\n  agent    I can help you.\n  wrong    expected \"parcel\" in the answer\n"));
  EXPECT_THAT(out(), HasSubstr("1 of 2 passed, 1 failed; success rate 50 %"));
  EXPECT_EQ(antiphon({"eval", "gateway.yaml", "good.yaml", "bad.yaml", "-k", "GREETS"}), 0);
}

TEST_F(EvalCommandLine, WhatCouldNotBeSaidAnyMoreIsShownAsThat_GTW60) {
  write("over.yaml", "- {name: ends, turns: [{user: a human please}, {user: hello again}, {user: and again, expect_escalation: true}]}\n");
  EXPECT_EQ(antiphon({"eval", "gateway.yaml", "over.yaml"}), 1);
  EXPECT_THAT(out(),
              HasSubstr("goes to a person (human_requested)\n  user     [not said]\n  wrong    it could not be said: the call was over after turn 1\n0 of"));
}

TEST_F(EvalCommandLine, PrintsOrWritesItsReportAsJson_GTW60) {
  write("good.yaml", "- {name: greets, turns: [{user: hello}]}\n");
  EXPECT_EQ(antiphon({"eval", "gateway.yaml", "good.yaml", "--json", "--out", "out/eval.json"}), 0) << err();
  const auto report = json::parse(out());
  EXPECT_EQ(report.at("schema").as_string(), "antiphon.eval/1");
  EXPECT_EQ(report.at("results").at(0).at("line").as_int64(), 1);
  EXPECT_EQ(read("out/eval.json"), out());
}

TEST_F(EvalCommandLine, AReportThatCannotBeWrittenCostsNoWorkAndNoSummary_GTW60_PRD64) {
  write("good.yaml", "- {name: greets, turns: [{user: hello}]}\n");
  write("out/file", "");
  for (const auto* place : {"out", "out/file/eval.json"}) {
    EXPECT_EQ(antiphon({"eval", "gateway.yaml", "good.yaml", "-o", place}), 3) << place;
    EXPECT_THAT(err(), HasSubstr("error: cannot write "));
    EXPECT_EQ(out(), "") << "nothing was run";
  }
  const FullDisk full;
  EXPECT_EQ(antiphon({"eval", "gateway.yaml", "good.yaml", "-o", "eval.json"}), 3);
  EXPECT_THAT(out(), HasSubstr("1 of 1 passed; success rate 100 %"));
  EXPECT_THAT(err(), HasSubstr("error: cannot write "));
}

TEST_F(EvalCommandLine, WhatCannotBeDoneIsOneClearErrorAndNoPass_GTW60_PRD64) {
  write("empty.yaml", "[]\n");
  EXPECT_EQ(antiphon({"eval", "gateway.yaml", "empty.yaml"}), 2);
  EXPECT_THAT(err(), HasSubstr("empty.yaml:1:1"));
  EXPECT_EQ(antiphon({"eval", "gateway.yaml"}), 2);
  EXPECT_EQ(antiphon({"eval", "gateway.yaml", "gone.yaml"}), 2);
  EXPECT_THAT(err(), HasSubstr("gone.yaml"));
  write("good.yaml", "- {name: greets, turns: [{user: hello}]}\n");
  EXPECT_EQ(antiphon({"eval", "gone.yaml", "good.yaml"}), 2);
  EXPECT_EQ(antiphon({"eval", "gateway.yaml", "good.yaml", "-j", "0"}), 2);
  EXPECT_EQ(antiphon({"eval", "gateway.yaml", "good.yaml", "-k", "nothing"}), 2);
  write("broken.yaml", "providers: {llm: {stub: {fail: {rate: 1, kind: 429}}}}\n");
  EXPECT_EQ(antiphon({"eval", "broken.yaml", "good.yaml"}), 3);
  EXPECT_THAT(out(), HasSubstr("ERROR greets"));
  EXPECT_THAT(out(), HasSubstr("1 could not be done"));
}

TEST_F(EvalCommandLine, SaysWhichToolsItCallsForReal_PRD50) {
  write("gateway.yaml",
        "providers: {llm: {stub: {}}}\ntools: {crm: {http: {url: 'http://127.0.0.1:1'}}}\nescalation: {webhook: {url: 'http://127.0.0.1:1'}}\n");
  write("good.yaml", "- {name: goes to a person, turns: [{user: a human please, expect_escalation: true}]}\n");
  EXPECT_EQ(antiphon({"eval", "gateway.yaml", "good.yaml", "--json"}), 0) << err();
  EXPECT_THAT(err(), HasSubstr("calls of these tools are real: crm"));
  EXPECT_THAT(err(), HasSubstr("nobody is told of callers who go to a person"));
  EXPECT_EQ(json::parse(out()).at("clock").as_string(), "wall");
}

TEST_F(EvalCommandLine, AStopEndsItWithItsCode_PRD2) {
  write("good.yaml", "- {name: greets, turns: [{user: hello}]}\n");
  stop_.request();
  EXPECT_EQ(antiphon({"eval", "gateway.yaml", "good.yaml"}), 130);
  EXPECT_THAT(out(), HasSubstr("0 of 0 passed"));
}

struct RetrievalCommandLine : CommandLine {
  RetrievalCommandLine() {
    write("knowledge/shipping.md", "# Shipping\n\nExpress shipping costs twelve dollars.\n");
    write("rules/desk.rules.yaml",
          "rules:\n  - {when: {tool_result: {name: look_up, matches: '.'}}, reply: Express shipping costs twelve dollars and is free on Sundays.}\n"
          "  - tool_calls: [{name: look_up, arguments: {query: express shipping}}]\n");
    write("gateway.yaml",
          "providers: {llm: rules/desk.rules.yaml}\ntools: {look_up: {knowledge: {}}}\nknowledge: {documents: knowledge/, file: knowledge.db, embedder: "
          "lexical}\n");
    write("kept/judge.yaml",
          "rules:\n"
          "  - when: {offers_tool: list_statements}\n"
          "    tool_calls: [{name: list_statements, arguments: {statements: [It costs twelve dollars., It is free on Sundays.]}}]\n"
          "  - when: {offers_tool: judge_statements}\n"
          "    tool_calls: [{name: judge_statements, arguments: {verdicts: [{statement: 1, reason: a, supported: true}, {statement: 2, reason: b, supported: "
          "false}]}}]\n"
          "  - when: {offers_tool: list_questions}\n"
          "    tool_calls: [{name: list_questions, arguments: {questions: [what does express shipping cost], evades: false}}]\n"
          "  - when: {offers_tool: judge_passage}\n"
          "    tool_calls: [{name: judge_passage, arguments: {reason: a, useful: true}}]\n");
    write("scenarios.yaml", "- {name: cost, turns: [{user: what does express shipping cost, expect_tool: look_up}]}\n");
  }
};

TEST_F(RetrievalCommandLine, MeasuresTurnsThatAskedTheKnowledgeBase_GTW62) {
  EXPECT_EQ(antiphon({"eval", "gateway.yaml", "scenarios.yaml", "--rag", "all", "--judge", "rules/judge.rules.yaml", "--json"}), 2) << "there is no such file";
  write("rules/judge.rules.yaml", read("kept/judge.yaml"));
  EXPECT_EQ(antiphon({"eval", "gateway.yaml", "scenarios.yaml", "--rag", "all", "--judge", "rules/judge.rules.yaml", "--json"}), 0) << err() << out();
  const auto report = json::parse(out());
  EXPECT_EQ(report.at("clock").as_string(), "virtual");
  EXPECT_EQ(report.at("rag").at("faithfulness"), json::value(0.5));
  EXPECT_EQ(report.at("rag").at("context_precision").to_number<double>(), 1);
  EXPECT_NEAR(report.at("rag").at("answer_relevancy").to_number<double>(), 1, 1e-5) << "the very words";
  const auto& turn = report.at("results").at(0).at("turn_results").at(0);
  EXPECT_THAT(std::string(turn.at("contexts").at(0).as_string()), HasSubstr("twelve dollars"));
  EXPECT_EQ(turn.at("tools").at(0).at("arguments").at("query").as_string(), "express shipping");
}

TEST_F(RetrievalCommandLine, AMeanBelowItsFloorIsItsExitCode_GTW62) {
  write("rules/judge.rules.yaml", read("kept/judge.yaml"));
  const std::vector<std::string> words{"eval", "gateway.yaml", "scenarios.yaml", "--judge", "rules/judge.rules.yaml", "--at-least"};
  const auto with = [&](const std::string& floor) {
    auto all = words;
    all.push_back(floor);
    return antiphon(all);
  };
  EXPECT_EQ(with("faithfulness=0.5"), 0) << err() << out();
  EXPECT_THAT(out(), HasSubstr("faithfulness         0.50"));
  EXPECT_EQ(with("faithfulness=0.6"), 1);
  EXPECT_THAT(err(), HasSubstr("faithfulness is below 0.6"));
  EXPECT_EQ(with("faithfulness=1.6"), 2);
  EXPECT_EQ(with("truth=1"), 2);
}

TEST_F(RetrievalCommandLine, NeedsAJudgeThatKeepsItsContract_GTW62) {
  EXPECT_EQ(antiphon({"eval", "gateway.yaml", "scenarios.yaml", "--rag", "all"}), 2);
  EXPECT_THAT(err(), HasSubstr("--judge"));
  EXPECT_EQ(antiphon({"eval", "gateway.yaml", "scenarios.yaml", "--rag", "beauty", "--judge", "rules/judge.rules.yaml"}), 2);
  write("rules/judge.rules.yaml", "rules:\n  - reply: It is fine.\n");
  EXPECT_EQ(antiphon({"eval", "gateway.yaml", "scenarios.yaml", "--rag", "faithfulness", "--judge", "rules/judge.rules.yaml"}), 3);
  EXPECT_THAT(out(), HasSubstr("its retrieval could not be measured"));
}

}  // namespace
}  // namespace antiphon::cli
