#include <filesystem>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/files.hpp"
#include "antiphon/base/ids.hpp"
#include "antiphon/base/json_schema.hpp"
#include "antiphon/cli/command.hpp"
#include "antiphon/cli/command_line_test.hpp"
#include "antiphon/cli/run/remote_notice.hpp"
#include "antiphon/result/result.hpp"
#include "tests/source_file.hpp"

namespace antiphon::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::string rules = "rules:\n  - reply: your order number please\n";

std::string suite(const std::string& check) {
  return "antiphon: 1\nname: Desk\nagent: {model: rules/desk.rules.yaml}\nscenarios:\n"
         "  - name: asks first\n    tags: [smoke]\n    script: [user: hi, agent]\n    checks: [{contains: order number}]\n"
         "  - name: second one\n    script: [user: hi, agent]\n    checks: [" +
         check + "]\n";
}

TEST_F(CommandLine, WithoutArgumentsShowsHelpAndIsAUsageError_PRD1) {
  EXPECT_EQ(antiphon({}), 2);
  EXPECT_THAT(out(), AllOf(HasSubstr("run"), HasSubstr("mock-llm"), HasSubstr("init"), HasSubstr("version"), HasSubstr("Example:")));
  EXPECT_THAT(out(), Not(HasSubstr("redteam")));  // an unbuilt command is not in the help
}

TEST_F(CommandLine, EveryCommandHasHelpWithAnExample_PRD1) {
  for (const auto* command : {"run", "compare", "report", "mock-llm", "layercode-platform", "say", "serve", "init", "doctor", "completion", "man", "version"}) {
    EXPECT_EQ(antiphon({command, "--help"}), 0) << command;
    EXPECT_THAT(out(), HasSubstr(std::string("Example: antiphon ") + command));
  }
}

TEST_F(CommandLine, UnknownWordsSuggestTheNearest_PRD1_PRD64) {
  EXPECT_EQ(antiphon({"rnu", "x"}), 2);
  EXPECT_THAT(err(), HasSubstr("unknown command \"rnu\"; did you mean run?"));
  EXPECT_EQ(antiphon({"run", "--jbos", "3", "x.yaml"}), 2);
  EXPECT_THAT(err(), HasSubstr("unknown flag --jbos; did you mean --jobs?"));
  EXPECT_EQ(antiphon({"redteam"}), 2);
}

TEST_F(CommandLine, VersionIsOneLine_PRD1) {
  EXPECT_EQ(antiphon({"version"}), 0);
  EXPECT_THAT(out(), testing::StartsWith("antiphon "));
}

TEST_F(CommandLine, InitWritesASuiteThatPassesAtOnce_PRD1) {
  EXPECT_EQ(antiphon({"init", "mine"}), 0);
  EXPECT_TRUE(exists("mine/suite.yaml"));
  EXPECT_EQ(antiphon({"run", "mine"}), 0) << out() << err();
  EXPECT_TRUE(exists("antiphon-out/result.json"));
  EXPECT_TRUE(exists("antiphon-out/report.html"));
}

TEST_F(CommandLine, InitOverwritesNothing) {
  write("mine/suite.yaml", "precious");
  EXPECT_EQ(antiphon({"init", "mine"}), 2);
  EXPECT_THAT(err(), HasSubstr("exists already"));
  EXPECT_EQ(read("mine/suite.yaml"), "precious");
  EXPECT_FALSE(exists("mine/README.md"));
}

TEST_F(CommandLine, ExitCodesFollowTheOutcomes_PRD2) {
  write("rules/desk.rules.yaml", rules);
  write("good.yaml", suite("{contains: please}"));
  write("bad.yaml", suite("{contains: refund}"));
  write("broken.yaml",
        "antiphon: 1\nagent: {chat: {url: \"http://127.0.0.1:1/v1\"}}\nscenarios: [{name: x, script: [user: hi, agent], checks: [{contains: x}]}]\n");
  EXPECT_EQ(antiphon({"run", "good.yaml"}), 0) << out() << err();
  EXPECT_EQ(antiphon({"run", "bad.yaml"}), 1);
  EXPECT_EQ(antiphon({"run", "broken.yaml"}), 3);
  EXPECT_EQ(antiphon({"run", "nothing.yaml"}), 2);
}

TEST_F(CommandLine, ResultSatisfiesItsPublishedSchema_PRD63) {
  write("rules/desk.rules.yaml", rules);
  write("bad.yaml", suite("{contains: refund}"));
  EXPECT_EQ(antiphon({"run", "bad.yaml", "--out", "here"}), 1);
  const JsonSchema schema(parse_json(read_file(source_file("schemas/result.schema.json"))));
  EXPECT_THAT(schema.violations(parse_json(read("here/result.json"))), testing::IsEmpty());
  const auto batch = parse_batch(read("here/result.json"));
  EXPECT_EQ(batch.suite, "Desk");
  EXPECT_EQ(batch.scenarios.at(0).file, (folder_ / "bad.yaml").string());
  EXPECT_EQ(batch.scenarios.at(1).outcome, RunOutcome::failed);
}

TEST_F(CommandLine, BrokenInputWritesNoResult_PRD64) {
  write("wrong.yaml", "antiphon: 1\nscenarois: []\n");
  EXPECT_EQ(antiphon({"run", "wrong.yaml"}), 2);
  EXPECT_THAT(err(), HasSubstr("did you mean \"scenarios\"?"));
  EXPECT_FALSE(exists("antiphon-out"));
  fs::create_directories(folder_ / "empty");
  EXPECT_EQ(antiphon({"run", "empty"}), 2);
  EXPECT_EQ(antiphon({"run", "--reporter", "junti", "wrong.yaml"}), 2);
  EXPECT_THAT(err(), HasSubstr("did you mean junit?"));
  EXPECT_FALSE(exists("antiphon-out"));
}

TEST_F(CommandLine, FlagsOutOfRangeAreRefused_PRD64) {
  EXPECT_EQ(antiphon({"run", "x.yaml", "--seed", "-4"}), 2);
  EXPECT_THAT(err(), HasSubstr("--seed -4"));
  EXPECT_EQ(antiphon({"run", "x.yaml", "-j", "1000001"}), 2);
  EXPECT_EQ(antiphon({"run", "x.yaml", "--model", "gpt-4.1-mini"}), 2);
  EXPECT_THAT(err(), AllOf(HasSubstr("--model \"gpt-4.1-mini\" is no model"), HasSubstr("openai/gpt-4.1-mini")));
  EXPECT_EQ(antiphon({"run", ""}), 2);
  EXPECT_EQ(antiphon({"run", "x.yaml", "--reporter", "console=file"}), 2);
}

TEST_F(CommandLine, StandardOutputThatCannotBeWrittenIsAnError) {
  out_.setstate(std::ios::badbit);
  EXPECT_EQ(antiphon({"version"}), 3);
  EXPECT_THAT(err(), HasSubstr("standard output"));
}

TEST_F(CommandLine, SelectsByNameAndTag_PRD3) {
  write("rules/desk.rules.yaml", rules);
  write("good.yaml", suite("{contains: please}"));
  EXPECT_EQ(antiphon({"run", "good.yaml", "-k", "SECOND"}), 0);
  EXPECT_EQ(parse_batch(read("antiphon-out/result.json")).scenarios.size(), 1U);
  EXPECT_EQ(antiphon({"run", "good.yaml", "--tag", "smoke,other"}), 0);
  EXPECT_EQ(parse_batch(read("antiphon-out/result.json")).scenarios.at(0).name, "asks first");
  EXPECT_EQ(antiphon({"run", "good.yaml", "-k", "third"}), 2);
}

TEST_F(CommandLine, DryRunChecksEverythingAndRunsNothing_PRD3) {
  write("rules/desk.rules.yaml", rules);
  write("good.yaml", suite("{contains: please}"));
  EXPECT_EQ(antiphon({"run", "good.yaml", "--dry-run"}), 0);
  EXPECT_THAT(out(), HasSubstr("2 scenarios in 1 file can be run; nothing was run"));
  EXPECT_FALSE(exists("antiphon-out"));
  write("bad.yaml", suite("{regex: \"(\"}"));
  EXPECT_EQ(antiphon({"run", "bad.yaml", "--dry-run"}), 2);
}

TEST_F(CommandLine, FailedRunsAgainWhatDidNotPass_PRD3) {
  write("rules/desk.rules.yaml", rules);
  write("bad.yaml", suite("{contains: refund}"));
  EXPECT_EQ(antiphon({"run", "bad.yaml", "--seed", "11"}), 1);
  EXPECT_THAT(out(), HasSubstr("antiphon run --failed antiphon-out/result.json"));
  EXPECT_EQ(antiphon({"run", "--failed", "antiphon-out/result.json", "--out", "again"}), 1);
  const auto again = parse_batch(read("again/result.json"));
  ASSERT_EQ(again.scenarios.size(), 1U);
  EXPECT_EQ(again.scenarios[0].id, "second one");
  EXPECT_EQ(again.seed, 11U);
  write("bad.yaml", suite("{contains: please}"));
  EXPECT_EQ(antiphon({"run", "--failed", "again/result.json", "--out", "again"}), 0);
  EXPECT_EQ(antiphon({"run", "--failed", "again/result.json", "--out", "again"}), 0);
  EXPECT_THAT(out(), HasSubstr("nothing to run again"));
}

TEST_F(CommandLine, FailedTakesTheSeedThatWasAskedForThoughTheSuiteHasItsOwn_PRD3_SCN82) {
  write("rules/desk.rules.yaml", "rules:\n  - reply: [one, two, three, four, five, six, seven, eight, nine, ten]\n");
  write("bad.yaml",
        "antiphon: 1\nagent: {model: rules/desk.rules.yaml}\ndefaults: {seed: 7}\n"
        "scenarios: [{name: x, script: [user: hi, agent], checks: [{contains: zebra}]}]\n");
  const auto said = [&](const std::string& out) { return parse_batch(read(out + "/result.json")).scenarios.at(0).messages.at(1).text(); };
  EXPECT_EQ(antiphon({"run", "bad.yaml", "--out", "own"}), 1);
  EXPECT_EQ(antiphon({"run", "bad.yaml", "--seed", "5", "--out", "asked"}), 1);
  ASSERT_NE(said("asked"), said("own"));
  EXPECT_EQ(antiphon({"run", "--failed", "asked/result.json", "--out", "again"}), 1);
  EXPECT_EQ(said("again"), said("asked"));
  EXPECT_EQ(antiphon({"run", "--failed", "again/result.json", "--out", "third"}), 1);
  EXPECT_EQ(said("third"), said("asked"));
}

TEST_F(CommandLine, FailedRefusesFlagsThatNobodyCanHaveGiven_PRD3_PRD64) {
  write("rules/desk.rules.yaml", rules);
  write("bad.yaml", suite("{contains: refund}"));
  EXPECT_EQ(antiphon({"run", "bad.yaml"}), 1);
  const auto good = parse_json(read("antiphon-out/result.json"));
  for (const auto* flag : {R"({"jobs": 0})", R"({"jobs": 1e300})", R"({"repeat": 0})", R"({"repeat": 1000000000})", R"({"max_turns": 1e300})",
                           R"({"retries": -1})", R"({"max_failures": 0.5})", R"({"timeout_s": 1e300})", R"({"timeout_s": -1})"}) {
    auto broken = good.as_object();
    const auto flags = parse_json(flag);
    for (const auto& [key, value] : flags.as_object()) broken["flags"].as_object()[key] = value;
    write("broken.json", json_text(broken));
    EXPECT_EQ(antiphon({"run", "--failed", "broken.json", "--out", "again"}), 2) << flag;
    EXPECT_THAT(err(), HasSubstr("--failed: the result was run with")) << flag;
    EXPECT_FALSE(exists("again/result.json"));
  }
}

TEST_F(CommandLine, FailedRemembersThatSpoiledRunsDoNotDecide_PRD3_SCN101) {
  write("rules/desk.rules.yaml", rules);
  write("bad.yaml", suite("{contains: refund}"));
  EXPECT_EQ(antiphon({"run", "bad.yaml", "--exclude-spoiled"}), 1);
  EXPECT_EQ(antiphon({"run", "--failed", "antiphon-out/result.json", "--out", "again"}), 1);
  EXPECT_TRUE(parse_batch(read("again/result.json")).exclude_spoiled);
}

// Answers rightly at random, by the seed.
const std::string moody = "rules:\n  - reply: [refund, never, no, refund]\n";

std::string outcomes(const BatchResult& batch) {
  std::string all;
  for (const auto& result : batch.scenarios) {
    for (const auto& attempt : result.earlier) all += std::string(to_string(attempt.outcome)).substr(0, 1);
    all += std::string(to_string(result.outcome)).substr(0, 1) + " ";
  }
  return all;
}

TEST_F(CommandLine, RepeatsAndRetriesComeOutTheSameWhateverRunsBeside_SCN82_PRD3) {
  write("rules/desk.rules.yaml", moody);
  write("bad.yaml", suite("{contains: refund}"));
  antiphon({"run", "bad.yaml", "-k", "second", "--seed", "5", "--repeat", "9", "--retries", "2", "-j", "1"});
  const auto one = parse_batch(read("antiphon-out/result.json"));
  EXPECT_EQ(one.scenarios.size(), 9U);
  EXPECT_EQ(one.scenarios[8].id, "second one #9");
  EXPECT_THAT(outcomes(one), AllOf(HasSubstr("fp "), testing::ContainsRegex("(^| )p ")));
  EXPECT_THAT(out(), AllOf(HasSubstr("1 scenario in 9 runs"), HasSubstr("attempt 1 failed, again"), HasSubstr("flaky")));
  antiphon({"run", "bad.yaml", "-k", "second", "--seed", "5", "--repeat", "9", "--retries", "2", "-j", "8"});
  EXPECT_EQ(outcomes(parse_batch(read("antiphon-out/result.json"))), outcomes(one));
  const JsonSchema schema(parse_json(read_file(source_file("schemas/result.schema.json"))));
  EXPECT_THAT(schema.violations(parse_json(read("antiphon-out/result.json"))), testing::IsEmpty());
}

// A user whose provider is down.
const std::string broken_provider = R"(rules:
  - when: {role: user, turn: "<= 1"}
    fault: {status: 503}
  - reply: hello
)";

TEST_F(CommandLine, WhatSomebodySpoiledIsRunAgainInItsPlaceAndCounted_SCN101) {
  write("rules/user.rules.yaml", broken_provider);
  write("spoiled.yaml", R"(antiphon: 1
agent: {model: rules/desk.rules.yaml}
scenarios:
  - name: asks
    user: {persona: in a hurry, model: rules/user.rules.yaml}
    checks: [{contains: order}]
  - name: greets
    script: [{user: hi}, agent]
    checks: [{contains: never said}]
)");
  write("rules/desk.rules.yaml", rules);
  EXPECT_EQ(antiphon({"run", "spoiled.yaml", "--clock", "virtual", "--rerun-spoiled", "2"}), 3);
  const auto batch = parse_batch(read("antiphon-out/result.json"));
  EXPECT_EQ(outcomes(batch), "eee f ");  // the agent's own failure is left as it is
  EXPECT_TRUE(batch.scenarios[0].earlier[1].replaced);
  EXPECT_EQ(summarize(batch.scenarios).replaced.still_spoiled, 1U);
  EXPECT_THAT(out(), AllOf(HasSubstr("attempt 1 was spoiled by the provider, again in its place"),
                           HasSubstr("replaced   2 spoiled attempts of 1 run (provider 2), 1 still spoiled")));
  const JsonSchema schema(parse_json(read_file(source_file("schemas/result.schema.json"))));
  EXPECT_THAT(schema.violations(parse_json(read("antiphon-out/result.json"))), testing::IsEmpty());
  antiphon({"run", "--failed", "antiphon-out/result.json", "--out", "again"});
  EXPECT_EQ(outcomes(parse_batch(read("again/result.json"))), "eee f ");
}

TEST_F(CommandLine, ReplacingComesBeforeRetries_SCN101_PRD3) {
  write("rules/desk.rules.yaml", rules);
  write("rules/user.rules.yaml", broken_provider);
  write("spoiled.yaml", R"(antiphon: 1
agent: {model: rules/desk.rules.yaml}
scenarios: [{name: asks, user: {persona: in a hurry, model: rules/user.rules.yaml}, checks: [{contains: order}]}]
)");
  antiphon({"run", "spoiled.yaml", "--clock", "virtual", "--rerun-spoiled", "1", "--retries", "1"});
  const auto batch = parse_batch(read("antiphon-out/result.json"));
  ASSERT_EQ(outcomes(batch), "eee ");
  EXPECT_TRUE(batch.scenarios[0].earlier[0].replaced);
  EXPECT_FALSE(batch.scenarios[0].earlier[1].replaced);
}

TEST_F(CommandLine, SeveralUserModelsGiveARange_SCN102) {
  write("rules/desk.rules.yaml", "rules:\n  - when: {last: status}\n    reply: it was shipped\n  - reply: hm\n");
  write("rules/shy.rules.yaml", "rules:\n  - reply: hello\n");
  write("tracks.yaml", R"(antiphon: 1
agent: {model: rules/desk.rules.yaml}
scenarios:
  - name: tracks
    max_turns: 3
    user: {agenda: {goal: track order, request: {status: {one_of: [shipped]}}}}
    checks: [{completed: [status]}]
  - {name: fixed, script: [{user: status}, agent], checks: [{contains: shipped}]}
)");
  EXPECT_EQ(antiphon({"run", "tracks.yaml", "--user-models", "rules/shy.rules.yaml,agenda"}), 1);
  EXPECT_THAT(out(), AllOf(HasSubstr("user       rules/shy.rules.yaml  0 of 1 decided"), HasSubstr("           agenda                1 of 1 decided"),
                           HasSubstr("range      0–100 % by who plays the user; 1 of 1 scenario depends on it")));
  const auto text = read("antiphon-out/result.json");
  EXPECT_EQ(parse_batch(text).scenarios.size(), 3U);
  const JsonSchema schema(parse_json(read_file(source_file("schemas/result.schema.json"))));
  EXPECT_THAT(schema.violations(parse_json(text)), testing::IsEmpty());
  antiphon({"run", "--failed", "antiphon-out/result.json", "--out", "again"});
  const auto again = parse_batch(read("again/result.json"));
  ASSERT_EQ(again.scenarios.size(), 1U);
  EXPECT_EQ(again.scenarios[0].id, "tracks [user_model=rules/shy.rules.yaml]");
}

TEST_F(CommandLine, UserModelsThatAreNoneAreUsageErrors_SCN102) {
  write("rules/desk.rules.yaml", rules);
  write("bad.yaml", suite("{contains: refund}"));
  for (const auto* models : {"agenda", "agenda,agenda", "agenda,gpt", "agenda,"})
    EXPECT_EQ(antiphon({"run", "bad.yaml", "--user-models", models}), 2) << models;
  EXPECT_EQ(antiphon({"run", "bad.yaml", "--user-models", "agenda,rules/desk.rules.yaml"}), 2);
  EXPECT_THAT(err(), HasSubstr("--user-models changes nothing"));
}

TEST_F(CommandLine, FailedRemembersRepeatsRetriesAndMaxFailures_PRD3) {
  write("rules/desk.rules.yaml", rules);
  write("bad.yaml", suite("{contains: refund}"));
  EXPECT_EQ(antiphon({"run", "bad.yaml", "--repeat", "3", "--retries", "1", "--max-failures", "2", "-j", "1"}), 1);
  const auto first = parse_batch(read("antiphon-out/result.json"));
  EXPECT_EQ(outcomes(first), "p p p ff ff i ");
  EXPECT_TRUE(first.scenarios[5].not_run);
  EXPECT_EQ(antiphon({"run", "--failed", "antiphon-out/result.json", "--out", "again"}), 1);
  const auto again = parse_batch(read("again/result.json"));
  ASSERT_EQ(again.scenarios.size(), 3U);
  EXPECT_EQ(again.scenarios[0].id, "second one");
  EXPECT_EQ(again.scenarios[2].id, "second one #3");
  EXPECT_EQ(outcomes(again).substr(0, 6), "ff ff ");
  EXPECT_EQ(again.flags.at("max_failures"), json::value(2));
}

TEST_F(CommandLine, AnEmptyShardPassesWithNothing_PRD3) {
  write("rules/desk.rules.yaml", rules);
  write("good.yaml", suite("{contains: please}"));
  EXPECT_EQ(antiphon({"run", "good.yaml", "--shard", "3/3"}), 0) << err();
  EXPECT_EQ(summarize(parse_batch(read("antiphon-out/result.json")).scenarios).total, 0U);
  EXPECT_EQ(antiphon({"run", "good.yaml", "--shard", "2/2"}), 0);
  EXPECT_EQ(parse_batch(read("antiphon-out/result.json")).scenarios.at(0).name, "second one");
  for (const auto* wrong : {"0/2", "3/2", "1", "a/b", "1/2/3", "-1/2", "1/0", "1/ 2"}) EXPECT_EQ(antiphon({"run", "good.yaml", "--shard", wrong}), 2) << wrong;
  EXPECT_EQ(antiphon({"run", "good.yaml", "-k", "nobody", "--shard", "3/3"}), 2);
  EXPECT_EQ(antiphon({"run", "good.yaml", "--repeat", "0"}), 2);
  EXPECT_EQ(antiphon({"run", "good.yaml", "--retries", "-1"}), 2);
  EXPECT_EQ(antiphon({"run", "good.yaml", "--max-failures", "0"}), 2);
}

TEST_F(CommandLine, WritesJunitWhereAsked_PRD3) {
  write("rules/desk.rules.yaml", rules);
  write("bad.yaml", suite("{contains: refund}"));
  EXPECT_EQ(antiphon({"run", "bad.yaml", "--reporter", "junit=some/folder/reports.xml", "--reporter", "json=copy.json", "--reporter", "html=copy.html"}), 1);
  EXPECT_THAT(read("some/folder/reports.xml"), AllOf(HasSubstr("<testsuite"), HasSubstr("name=\"second one\""), HasSubstr("<failure")));
  EXPECT_TRUE(exists("copy.json"));
  EXPECT_TRUE(exists("copy.html"));
}

TEST_F(CommandLine, WritesReportsForCiWhereAsked_PRD3) {
  write("rules/desk.rules.yaml", rules);
  write("bad.yaml", suite("{contains: refund}"));
  variables_["GITHUB_STEP_SUMMARY"] = (folder_ / "summary.md").string();
  EXPECT_EQ(antiphon({"run", "bad.yaml", "--reporter", "jsonl", "--reporter", "tap", "--reporter", "github"}), 1);
  EXPECT_THAT(read("antiphon-out/events.jsonl"), AllOf(HasSubstr("\"batch_started\""), HasSubstr("\"run_finished\""), HasSubstr("\"batch_finished\"")));
  EXPECT_THAT(read("antiphon-out/report.tap"), HasSubstr("not ok 2 - second one"));
  EXPECT_THAT(out(), HasSubstr("::error file=bad.yaml,line=9,title=second one::failed: "));
  EXPECT_THAT(read("summary.md"), HasSubstr("1 of 2 passed"));
}

TEST_F(CommandLine, OneReportMayHaveStandardOutput_PRD3) {
  write("rules/desk.rules.yaml", rules);
  write("good.yaml", suite("{contains: please}"));
  EXPECT_EQ(antiphon({"run", "good.yaml", "--reporter", "tap=-"}), 0);
  EXPECT_THAT(out(), testing::StartsWith("TAP version 14\n1..2\nok 1 - asks first\n"));
  EXPECT_THAT(err(), HasSubstr("2 of 2 passed"));
  EXPECT_EQ(antiphon({"run", "good.yaml", "--reporter", "tap=-", "--reporter", "jsonl=-"}), 2);
  EXPECT_EQ(antiphon({"run", "good.yaml", "--reporter", "junit=-"}), 2);
  EXPECT_EQ(antiphon({"run", "good.yaml", "--reporter", "github=x"}), 2);
  EXPECT_EQ(antiphon({"run", "good.yaml", "--reporter", "jsonl=/proc/none/x"}), 3);
}

TEST_F(CommandLine, ComparesTwoResults_PRD22) {
  write("rules/desk.rules.yaml", rules);
  write("good.yaml", suite("{contains: please}"));
  EXPECT_EQ(antiphon({"run", "good.yaml", "--out", "a", "--repeat", "5"}), 0);
  EXPECT_EQ(antiphon({"run", "good.yaml", "--out", "b", "--repeat", "5"}), 0);
  EXPECT_EQ(antiphon({"compare", "a/result.json", "b"}), 0) << err();
  EXPECT_THAT(out(), AllOf(HasSubstr("2 same"), HasSubstr("settings are the same"), HasSubstr("no regression")));
  write("rules/desk.rules.yaml", "rules: [{reply: no}]\n");
  EXPECT_EQ(antiphon({"run", "good.yaml", "--out", "b", "--repeat", "5"}), 1);
  EXPECT_EQ(antiphon({"compare", "a", "b"}), 1);
  EXPECT_THAT(out(), AllOf(HasSubstr("REGRESSED"), HasSubstr("5 of 5"), HasSubstr("0 of 5")));
  EXPECT_EQ(antiphon({"compare", "a", "b", "--json"}), 1);
  EXPECT_EQ(parse_json(out()).at("regression"), json::value(true));
  EXPECT_EQ(antiphon({"run", "good.yaml", "--out", "b", "--max-turns", "3"}), 1);
  EXPECT_EQ(antiphon({"compare", "a", "b"}), 2);
  EXPECT_THAT(err(), HasSubstr("another caller"));
  EXPECT_EQ(antiphon({"compare", "a", "b", "--ignore", "caller"}), 0) << out();
  EXPECT_EQ(antiphon({"compare", "a", "nowhere"}), 2);
  EXPECT_EQ(antiphon({"compare", "a", "b", "--ignore", "everything"}), 2);
  EXPECT_EQ(antiphon({"compare", "a"}), 2);
}

TEST_F(CommandLine, KeepsBatchesAndWritesTheirReportsAgain_PRD20) {
  write("rules/desk.rules.yaml", rules);
  write("good.yaml", suite("{contains: please}"));
  write("bad.yaml", suite("{contains: refund}"));
  EXPECT_EQ(antiphon({"run", "good.yaml"}), 0) << err();
  const auto first = parse_batch(read("antiphon-out/result.json")).batch_id;
  EXPECT_EQ(antiphon({"run", "bad.yaml", "--seed", "4"}), 1);
  const auto whole = parse_batch(read("antiphon-out/result.json"));
  EXPECT_EQ(antiphon({"report"}), 0) << err();
  EXPECT_THAT(out(), AllOf(HasSubstr(first), HasSubstr("2 of 2 passed"), HasSubstr("1 of 2 passed, 1 failed")));
  EXPECT_EQ(antiphon({"report", "last", "--out", "again"}), 0) << err();
  const auto again = parse_batch(read("again/result.json"));
  EXPECT_EQ(again.batch_id, whole.batch_id);
  EXPECT_EQ(again.flags, whole.flags);
  EXPECT_EQ(outcomes(again), outcomes(whole));
  EXPECT_EQ(again.scenarios.at(1).messages.at(1).json(), whole.scenarios.at(1).messages.at(1).json());
  EXPECT_THAT(read("again/report.html"), HasSubstr("antiphon.result/1"));
  EXPECT_EQ(antiphon({"report", first.substr(0, first.size() - 1)}), 0) << err();
  EXPECT_EQ(parse_batch(read("antiphon-out/" + first + "/result.json")).batch_id, first);
  EXPECT_EQ(antiphon({"report", "batch_"}), 2);
  EXPECT_THAT(err(), HasSubstr("2 batches"));
  EXPECT_EQ(antiphon({"report", "nobody"}), 2);
  EXPECT_EQ(antiphon({"compare", first, "last"}), 0) << err();
  EXPECT_THAT(out(), HasSubstr("second one: passed → failed"));
  EXPECT_EQ(antiphon({"report", "--store", "missing.sqlite"}), 2);
  EXPECT_THAT(err(), HasSubstr("there is no store"));
  EXPECT_FALSE(exists("missing.sqlite"));
}

TEST_F(CommandLine, TheStoreIsWhereTheFlagThenTheProjectSays_PRD20) {
  write("rules/desk.rules.yaml", rules);
  write("good.yaml", suite("{contains: please}"));
  write("antiphon.yaml", "store: kept/all.sqlite\n");
  EXPECT_EQ(antiphon({"run", "good.yaml"}), 0) << err();
  EXPECT_TRUE(exists("kept/all.sqlite"));
  EXPECT_EQ(antiphon({"run", "good.yaml", "--store", "mine.sqlite"}), 0);
  EXPECT_TRUE(exists("mine.sqlite"));
  EXPECT_EQ(antiphon({"run", "good.yaml", "--store", "off", "--out", "bare"}), 0);
  EXPECT_FALSE(exists("antiphon-out/antiphon.sqlite"));
  EXPECT_FALSE(exists("bare/antiphon.sqlite"));
  EXPECT_EQ(antiphon({"report"}), 0);
  EXPECT_EQ(antiphon({"report", "--store", "off"}), 2);
}

TEST_F(CommandLine, AFileThatIsNoStoreIsOneClearError_PRD20) {
  write("rules/desk.rules.yaml", rules);
  write("good.yaml", suite("{contains: please}"));
  write("text.sqlite", std::string(5000, 'x'));
  EXPECT_EQ(antiphon({"run", "good.yaml", "--store", "text.sqlite"}), 2);
  EXPECT_THAT(err(), AllOf(HasSubstr("text.sqlite"), HasSubstr("not a database"), HasSubstr("--store")));
  EXPECT_EQ(read("text.sqlite"), std::string(5000, 'x'));
  EXPECT_FALSE(exists("antiphon-out/result.json"));  // nothing was run (contracts.md §8)
  EXPECT_EQ(antiphon({"report", "--store", "text.sqlite"}), 2);
}

TEST_F(CommandLine, TheStoreIsToldOfTheEndThoughAReportCannotBeWritten_PRD20) {
  write("rules/desk.rules.yaml", rules);
  write("good.yaml", suite("{contains: please}"));
  fs::create_directories(folder_ / "copy.json");  // a folder where a file should be
  EXPECT_EQ(antiphon({"run", "good.yaml", "--reporter", "json=copy.json"}), 3);
  EXPECT_THAT(err(), HasSubstr("copy.json"));
  EXPECT_EQ(antiphon({"report"}), 0);
  EXPECT_THAT(out(), AllOf(HasSubstr("2 of 2 passed"), Not(HasSubstr("not finished"))));
}

TEST_F(CommandLine, TheSeedIsPrintedAndStored_SCN82) {
  write("rules/desk.rules.yaml", rules);
  write("good.yaml", suite("{contains: please}"));
  EXPECT_EQ(antiphon({"run", "good.yaml", "--seed", "4711"}), 0);
  EXPECT_THAT(out() + err(), HasSubstr("seed 4711"));
  EXPECT_EQ(parse_batch(read("antiphon-out/result.json")).seed, 4711U);
}

TEST_F(CommandLine, TwoRunsWithOneSeedSayTheSame_SCN82) {
  write("rules/desk.rules.yaml", "rules:\n  - reply: [one, two, three, four, five, six]\n    latency: {p50: 200ms, p95: 450ms}\n");
  write("good.yaml",
        "antiphon: 1\nagent: {model: rules/desk.rules.yaml}\nscenarios: [{name: x, user: {lines: [a, b, c, d]}, checks: [{turns: {at_most: 4}}]}]\n");
  std::vector<std::string> said;
  for (const auto* folder : {"one", "two"}) {
    EXPECT_EQ(antiphon({"run", "good.yaml", "--seed", "5", "--out", folder}), 0) << err();
    const auto result = parse_batch(read(std::string(folder) + "/result.json")).scenarios.at(0);
    std::string all;
    for (std::size_t i = 0; i < result.messages.size(); ++i) all += result.messages[i].text() + "@" + std::to_string(result.timings[i].end_s) + " ";
    said.push_back(all);
  }
  EXPECT_EQ(said[0], said[1]);
}

TEST_F(CommandLine, CommandsOfASuiteNeedLeave_PRD50) {
  write("process.yaml", "antiphon: 1\nagent: {process: {run: [touch, ran]}}\nscenarios: [{name: x, script: [user: hi, agent], checks: [{contains: x}]}]\n");
  EXPECT_EQ(antiphon({"run", "process.yaml"}), 2);
  EXPECT_THAT(err(), HasSubstr("--allow-commands"));
  EXPECT_FALSE(exists("ran"));
  EXPECT_EQ(antiphon({"run", "process.yaml", "--allow-commands"}), 3);
  EXPECT_TRUE(exists("ran"));
}

TEST_F(CommandLine, SaysOnceThatARemoteAgentsToolsAreReal_PRD50) {
  variables_ = {{"XDG_CACHE_HOME", (folder_ / "cache").string()}};
  Environment environment{.arguments = {}, .variables = variables_, .directory = folder_.string(), .out = out_, .err = err_, .stop = {}};
  Scenario scenario{.name = "x"};
  scenario.agent = ParticipantSpec("chat", {}, false).at_address("https://desk.example.com/v1");
  scenario.file = "suite.yaml";
  tell_of_remote_agents({scenario, scenario}, environment);
  const auto first = err();
  EXPECT_THAT(first, AllOf(HasSubstr("desk.example.com"), HasSubstr("is real"), HasSubstr("ANTIPHON_REMOTE_NOTICE=off")));
  EXPECT_EQ(std::count(first.begin(), first.end(), '\n'), 1);
  tell_of_remote_agents({scenario}, environment);
  EXPECT_EQ(err(), first);
}

TEST_F(CommandLine, ARunWritesOnlyBelowItsOutputFolder_PRD50) {
  const auto files = [&] {
    std::set<std::string> all;
    for (const auto& entry : fs::recursive_directory_iterator(folder_))
      if (entry.is_regular_file()) all.insert(fs::relative(entry.path(), folder_).string());
    return all;
  };
  variables_["HOME"] = folder_.string();
  write("rules/desk.rules.yaml", rules);
  write("good.yaml", suite("{contains: please}"));
  const auto before = files();
  EXPECT_EQ(antiphon({"run", "good.yaml", "--reporter", "junit", "--reporter", "jsonl", "--out", "there"}), 0) << err();
  auto after = files();
  std::erase_if(after, [](const auto& name) { return name.starts_with("there/"); });
  EXPECT_EQ(after, before);
}

TEST_F(CommandLine, NoShellReadsWhatASuiteSays_PRD50) {
  variables_["CITY"] = "$(touch pwned); `touch pwned`; touch pwned";
  write("good.yaml",
        "antiphon: 1\nagent: {process: {run: [python3, -c, \"import sys, json\\nfor line in sys.stdin: print(json.dumps({'content': sys.argv[1]}), "
        "flush=True)\", \"${CITY}\"]}}\n"
        "scenarios:\n  - {name: \"in ${CITY}\", script: [user: \"${CITY}\", agent], checks: [{equals: \"${CITY}\"}]}\n");
  EXPECT_EQ(antiphon({"run", "good.yaml", "--allow-commands"}), 0) << out() << err();
  EXPECT_FALSE(exists("pwned"));
}

TEST(RemoteHost, IsAnythingButThisMachine_PRD50) {
  EXPECT_EQ(remote_host("http://127.0.0.1:8080/v1"), std::nullopt);
  EXPECT_EQ(remote_host("http://[::1]:8080/v1"), std::nullopt);
  EXPECT_EQ(remote_host("http://localhost/v1"), std::nullopt);
  EXPECT_EQ(remote_host("https://user:secret@Desk.Example.com:8443/v1?x=@y"), "desk.example.com");
  EXPECT_EQ(remote_host("127.0.0.1.example.com"), std::nullopt);
  EXPECT_EQ(remote_host("http://127.example.com/"), "127.example.com");  // a name, not an address
  EXPECT_EQ(remote_host(""), std::nullopt);
}

TEST_F(CommandLine, ASetupThatNeverBecomesReadyIsTheHarnesssErrorOfEveryScenario) {
  write("rules/desk.rules.yaml", rules);
  write("setup.yaml", "setup: [{run: [sh, -c, \"echo port taken >&2; exit 7\"], ready: \"http://127.0.0.1:9/health\"}]\n" + suite("{contains: please}"));
  EXPECT_EQ(antiphon({"run", "setup.yaml", "--allow-commands"}), 3);
  const auto batch = parse_batch(read("antiphon-out/result.json"));
  for (const auto& result : batch.scenarios) {
    EXPECT_EQ(result.error->party, Party::harness);
    EXPECT_THAT(result.reasoning, AllOf(HasSubstr("7"), HasSubstr("port taken")));
  }
}

TEST_F(CommandLine, AStopBeforeTheFirstScenarioLeavesAValidResult_SCN72_PRD63) {
  write("rules/desk.rules.yaml", rules);
  write("good.yaml", suite("{contains: please}"));
  stop_.request();
  EXPECT_EQ(antiphon({"run", "good.yaml"}), 130);
  const auto batch = parse_batch(read("antiphon-out/result.json"));
  EXPECT_TRUE(batch.interrupted);
  ASSERT_EQ(batch.scenarios.size(), 2U);
  EXPECT_TRUE(batch.scenarios[0].not_run);
}

TEST_F(CommandLine, AnOutputFolderThatCannotBeMadeIsOneClearError) {
  write("rules/desk.rules.yaml", rules);
  write("good.yaml", suite("{contains: please}"));
  write("file", "");
  EXPECT_EQ(antiphon({"run", "good.yaml", "--out", "file/below"}), 3);
  EXPECT_THAT(err(), AllOf(HasSubstr("cannot make the output folder"), HasSubstr("--out")));
}

TEST_F(CommandLine, MockLlmPrintsItsBuiltInRules_PRD62) {
  EXPECT_EQ(antiphon({"mock-llm", "--print-rules"}), 0);
  EXPECT_THAT(out(), HasSubstr("rules:"));
  EXPECT_EQ(antiphon({"mock-llm", "--listen", "nowhere"}), 2);
  EXPECT_THAT(err(), HasSubstr("HOST:PORT"));
  EXPECT_EQ(antiphon({"mock-llm", "--rules", "missing.yaml"}), 2);
}

TEST_F(CommandLine, CassettesAreRecordedAndReplayed_SCN81_PRD3) {
  write("rules/desk.rules.yaml", rules);
  write("rules/people.rules.yaml",
        "rules:\n  - {when: {offers_tool: finish_test}, criteria: {default: passed}}\n"
        "  - {when: {offers_tool: continue_test}, tool_calls: [{name: continue_test}]}\n  - {reply: [one, two, three], latency: 300ms}\n");
  write("suite.yaml",
        "antiphon: 1\nagent: {model: rules/desk.rules.yaml}\ndefaults: {model: rules/people.rules.yaml, max_turns: 3}\nscenarios:\n"
        "  - {name: asks, description: d, user: {persona: calm}, judge: [polite]}\n");
  ASSERT_EQ(antiphon({"run", "suite.yaml", "--cassettes", "record"}), 0) << out() << err();
  const auto messages = [this] { return json::serialize(parse_json(read("antiphon-out/result.json")).at("scenarios").at(0).at("messages")); };
  const auto recorded = messages();
  fs::remove_all(folder_ / "rules");  // nobody is left to ask
  EXPECT_EQ(antiphon({"run", "suite.yaml", "--cassettes", "replay"}), 0) << out() << err();
  EXPECT_EQ(messages(), recorded);
  write("suite.yaml", read("suite.yaml") + "  - {name: new, description: d, user: {persona: calm}, judge: [polite]}\n");
  EXPECT_EQ(antiphon({"run", "suite.yaml", "--cassettes", "replay"}), 3);
  EXPECT_THAT(out(), HasSubstr("--update-cassettes"));
  EXPECT_EQ(antiphon({"run", "suite.yaml", "--cassettes", "rewind"}), 2);
  EXPECT_THAT(err(), HasSubstr("allowed: record, replay, auto, off"));
  EXPECT_EQ(antiphon({"run", "suite.yaml", "--cassettes", "replay", "--update-cassettes"}), 2);
}

}  // namespace
}  // namespace antiphon::cli
