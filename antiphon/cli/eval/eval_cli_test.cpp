#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/cli/command_line_test.hpp"

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

TEST_F(EvalCommandLine, PrintsOrWritesItsReportAsJson_GTW60) {
  write("good.yaml", "- {name: greets, turns: [{user: hello}]}\n");
  EXPECT_EQ(antiphon({"eval", "gateway.yaml", "good.yaml", "--json", "--out", "out/eval.json"}), 0) << err();
  const auto report = json::parse(out());
  EXPECT_EQ(report.at("schema").as_string(), "antiphon.eval/1");
  EXPECT_EQ(report.at("results").at(0).at("line").as_int64(), 1);
  EXPECT_EQ(read("out/eval.json"), out());
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

}  // namespace
}  // namespace antiphon::cli
