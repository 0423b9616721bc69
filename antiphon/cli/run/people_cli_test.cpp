#include <gmock/gmock.h>

#include "antiphon/cli/command_line_test.hpp"
#include "antiphon/result/result.hpp"

// People, recordings and hooks on the command line.

namespace antiphon::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class People : public CommandLine {
 protected:
  People() { write("rules/desk.rules.yaml", "rules:\n  - {when: {last: \"bye\"}, reply: good bye}\n  - reply: your order number please\n"); }

  void suite(const std::string& scenario, const std::string& top = {}) {
    write("suite.yaml", "antiphon: 1\nname: Desk\nagent: {model: rules/desk.rules.yaml}\n" + top + "scenarios:\n  - name: one\n" + scenario);
  }
  ScenarioResult result(std::size_t i = 0) const { return parse_batch(read("antiphon-out/result.json")).scenarios.at(i); }
  std::vector<std::string> texts() const {
    std::vector<std::string> list;
    for (const auto& message : result().messages) list.push_back(message.text());
    return list;
  }
};

TEST_F(People, AHumanUserTypesItsLinesAndReadsTheAnswers_SCN41) {
  suite("    user: human\n    checks: [{contains: good bye}]\n");
  EXPECT_EQ(antiphon({"run", "suite.yaml", "-j", "4"}, "hi\nbye\n"), 0) << out() << err();
  EXPECT_THAT(texts(), testing::ElementsAre("hi", "your order number please", "bye", "good bye"));
  EXPECT_THAT(out(), HasSubstr("agent  your order number please"));
  EXPECT_THAT(err(), Not(HasSubstr("you are the user")));  // piped in: nobody reads prompts
}

TEST_F(People, AHumanAgentAnswers_SCN41) {
  suite("    agent: human\n    user: {lines: [hi]}\n    checks: [{contains: what can}]\n");
  EXPECT_EQ(antiphon({"run", "suite.yaml"}, "what can I do?\n"), 0) << out() << err();
  EXPECT_FALSE(result().latency);
}

TEST_F(People, AnEmptyInputIsOneClearError_SCN41) {
  suite("    user: human\n    checks: [{contains: x}]\n");
  EXPECT_EQ(antiphon({"run", "suite.yaml"}), 3);
  EXPECT_EQ(result().error->party, Party::harness);
  EXPECT_THAT(result().reasoning, HasSubstr("the input ended before the person who plays the user said a word"));
}

TEST_F(People, DebugStepsThroughARun_SCN71) {
  suite("    user: {lines: [hi, bye]}\n    checks: [{contains: good bye}]\n");
  EXPECT_EQ(antiphon({"run", "suite.yaml", "--debug"}, "\n\nI am somebody else\n\n"), 0) << out() << err();
  EXPECT_THAT(texts(), testing::ElementsAre("hi", "your order number please", "I am somebody else", "your order number please", "bye", "good bye"));
}

TEST_F(People, DebugMayFailTheRun_SCN71) {
  suite("    user: {lines: [hi, bye]}\n    checks: [{contains: order}]\n");
  EXPECT_EQ(antiphon({"run", "suite.yaml", "--debug"}, "\n\n/fail too curt\n"), 1);
  EXPECT_EQ(result().reasoning, "too curt");
  EXPECT_THAT(result().notices, testing::ElementsAre("in turn 2 a person ended the run"));
}

TEST_F(People, ARecordingOfOurOwnResultIsRepeated_SCN41) {
  suite("    user: {lines: [hi, bye]}\n    checks: [{contains: good bye}]\n");
  ASSERT_EQ(antiphon({"run", "suite.yaml", "--out", "first"}), 0) << err();
  suite("    user: {replay: first/result.json}\n    checks: [{contains: good bye}]\n");
  EXPECT_EQ(antiphon({"run", "suite.yaml"}), 0) << out() << err();
  EXPECT_THAT(texts(), testing::ElementsAre("hi", "your order number please", "bye", "good bye"));
}

TEST_F(People, ABrokenRecordingIsToldWhereItIsNamed_SCN41_PRD64) {
  write("said.json", "[{\"role\": \"user\",\n \"content\": }]");
  suite("    user: {replay: said.json}\n");
  EXPECT_EQ(antiphon({"run", "suite.yaml"}), 2);
  EXPECT_THAT(err(), AllOf(HasSubstr("said.json:2:13"), HasSubstr("suite.yaml:6:20")));
}

TEST_F(People, LogSaysHowMuchIsToldUnlessAFlagDoes_SCN71_SCN73) {
  suite("    user: {lines: [bye]}\n    checks: [{contains: good bye}]\n");
  variables_["ANTIPHON_LOG"] = "verbose";
  EXPECT_EQ(antiphon({"run", "suite.yaml"}), 0);
  EXPECT_THAT(out(), HasSubstr("agent  good bye"));
  EXPECT_EQ(antiphon({"run", "suite.yaml", "-q"}), 0);
  EXPECT_THAT(out(), Not(HasSubstr("agent  good bye")));
  variables_["ANTIPHON_LOG"] = "quiet";
  EXPECT_EQ(antiphon({"run", "suite.yaml"}), 0);
  EXPECT_THAT(out(), testing::StartsWith("1 of 1 passed"));
  variables_["ANTIPHON_LOG"] = "loud";
  EXPECT_EQ(antiphon({"run", "suite.yaml"}), 2);
  EXPECT_THAT(err(), AllOf(HasSubstr("ANTIPHON_LOG"), HasSubstr("quiet, normal, verbose")));
}

TEST_F(People, HooksNeedLeave_PRD10_PRD50) {
  suite("    script: [user: hi, agent]\n    checks: [{contains: order}]\n    hooks: {before: {run: [touch, ran]}}\n");
  EXPECT_EQ(antiphon({"run", "suite.yaml"}), 2);
  EXPECT_THAT(err(), AllOf(HasSubstr("hooks run commands"), HasSubstr("--allow-commands")));
  EXPECT_FALSE(exists("ran"));
  EXPECT_EQ(antiphon({"run", "suite.yaml", "--allow-commands"}), 0) << err();
  EXPECT_TRUE(exists("ran"));
}

TEST_F(People, AScenariosHookStandsInPlaceOfTheDefaultsPartByPart_PRD10) {
  suite("    script: [user: hi, agent]\n    checks: [{contains: order}]\n    hooks: {before: {run: [touch, own]}}\n",
        "defaults: {hooks: {before: {run: [touch, default]}, after: [{run: [touch, after]}]}}\n");
  EXPECT_EQ(antiphon({"run", "suite.yaml", "--allow-commands"}), 0) << err();
  EXPECT_TRUE(exists("own") && exists("after"));
  EXPECT_FALSE(exists("default"));
}

TEST_F(People, ASuitesHooksRunOnceAroundAllItsScenarios_PRD10) {
  suite(
      "    script: [user: hi, agent]\n    checks: [{contains: order}]\n  - name: two\n    script: [user: hi, agent]\n    checks: [{contains: refund}]\n",
      "hooks: {before: {run: [sh, -c, \"echo before $$ANTIPHON_SUITE >> log\"]}, after: {run: [sh, -c, \"echo after $$ANTIPHON_OUTCOME >> log; exit 1\"]}}\n");
  EXPECT_EQ(antiphon({"run", "suite.yaml", "--allow-commands"}), 1) << err();
  EXPECT_EQ(read("log"), "before Desk\nafter failed\n");
  for (std::size_t i = 0; i < 2; ++i) EXPECT_THAT(result(i).notices, testing::ElementsAre(HasSubstr("ended with exit code 1")));
}

TEST_F(People, ASuiteWhoseHookFailsIsAnErrorAndOthersAreRun_PRD10) {
  suite("    script: [user: hi, agent]\n    checks: [{contains: order}]\n", "hooks: {before: {run: [sh, -c, \"echo no table >&2; exit 4\"]}}\n");
  write("other.yaml",
        "antiphon: 1\nname: Desk\nagent: {model: rules/desk.rules.yaml}\nscenarios: [{name: other, script: [user: hi, agent], checks: [{contains: order}]}]\n");
  EXPECT_EQ(antiphon({"run", "suite.yaml", "other.yaml", "--allow-commands", "--reporter", "junit"}), 3) << err();
  EXPECT_EQ(result(0).outcome, RunOutcome::error);
  EXPECT_THAT(result(0).reasoning, HasSubstr("exit code 4: no table"));
  EXPECT_EQ(result(1).outcome, RunOutcome::passed);
  // Two suites of one name stay two.
  EXPECT_THAT(read("antiphon-out/junit.xml"), AllOf(HasSubstr("classname=\"Desk\""), HasSubstr("classname=\"Desk (other.yaml)\"")));
}

}  // namespace
}  // namespace antiphon::cli
