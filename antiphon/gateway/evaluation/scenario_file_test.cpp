#include "antiphon/gateway/evaluation/scenario_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/files.hpp"
#include "antiphon/base/json_schema.hpp"
#include "tests/source_file.hpp"

namespace antiphon::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string mistakes(const std::string& text) {
  std::string all;
  try {
    parse_evaluation(text, "scenarios.yaml");
  } catch (const Problems& problems) {
    for (const auto& problem : problems.list()) all += to_string(problem.where) + " " + problem.message + " (" + problem.hint + ")\n";
  }
  return all;
}

const JsonSchema& schema() {
  static const JsonSchema compiled(parse_json(read_file(source_file("schemas/evaluation.schema.json"))));
  return compiled;
}

std::vector<std::string> violations(const std::string& text) { return schema().violations(parse_document(text, "a.yaml").to_json()); }

// Every key of the format at least once.
const std::string everything = R"yaml(
- name: all
  caller_id: "+15550100"
  locale: en-GB
  authenticated: false
  turns:
    - {user: where is it, wait: true, expect_tool: order_status, expect_escalation: false, contains: a, not_contains: [b, c], reference: It is there.}
    - {keys: "12*#", wait: false, expect_no_tool: true}
)yaml";

TEST(EvaluationFile, IsReadAsTheReferenceWritesIt_GTW60) {
  const auto scenarios = parse_evaluation(R"json([
    {"name": "order", "caller_id": "user1", "locale": "en-GB",
     "turns": [{"user": "Where is my order?", "expect_tool": "order_status", "expect_escalation": false}, {"user": "A person!", "expect_tool": null, "expect_escalation": true}]},
    {"name": "short", "turns": [{"user": "hi"}]}])json",
                                          "scenarios.json");
  ASSERT_EQ(scenarios.size(), 2U);
  EXPECT_EQ(scenarios[0].caller_id, "user1");
  EXPECT_EQ(scenarios[0].locale, "en-GB");
  EXPECT_TRUE(scenarios[0].authenticated) << "the reference evaluates without a PIN";
  EXPECT_EQ(scenarios[0].turns[0].expect_tool, "order_status");
  EXPECT_EQ(scenarios[0].turns[1].expect_tool, std::nullopt);
  EXPECT_EQ(scenarios[0].turns[1].expect_escalation, true);
  EXPECT_EQ(scenarios[1].caller_id, "test_user");
  EXPECT_EQ(scenarios[1].turns[0].expect_escalation, std::nullopt);
}

TEST(EvaluationFile, KnowsKeysOfItsOwn_GTW60) {
  const auto scenarios = parse_evaluation(everything, "scenarios.yaml");
  ASSERT_EQ(scenarios.size(), 1U);
  EXPECT_FALSE(scenarios[0].authenticated);
  EXPECT_THAT(scenarios[0].turns[0].not_contains, ElementsAre("b", "c"));
  EXPECT_EQ(scenarios[0].turns[0].reference, "It is there.");
  EXPECT_EQ(scenarios[0].turns[1].keys, "12*#");
  EXPECT_FALSE(scenarios[0].turns[1].wait);
  EXPECT_TRUE(scenarios[0].turns[1].expect_no_tool);
}

TEST(EvaluationFile, AnEmptyListIsAMistakeAndNoPass_GTW60) {
  EXPECT_THAT(mistakes("[]"), HasSubstr("scenarios.yaml:1:1 there is no scenario"));
  EXPECT_THAT(mistakes("[{name: a, turns: []}]"), HasSubstr("one turn at least"));
  EXPECT_THAT(mistakes(""), HasSubstr("list of scenarios"));
  EXPECT_THAT(mistakes("antiphon: 1\nscenarios: []"), HasSubstr("antiphon run"));
}

TEST(EvaluationFile, AToolThatIsNoNameIsAMistake_GTW60) {
  EXPECT_THAT(mistakes("- {name: a, turns: [{user: hi, expect_tool: 5}]}"),
              HasSubstr("scenarios.yaml:1:45 expect_tool has to be the name of a tool, and 5 is a number"));
  EXPECT_THAT(mistakes("- {name: a, turns: [{user: hi, expect_tool: true}]}"),
              HasSubstr("true is a truth value (write for example `expect_tool: order_status`"));
  EXPECT_EQ(mistakes("- {name: a, turns: [{user: hi, expect_tool: '5'}, {user: hi, expect_tool: null}]}"), "");
}

TEST(EvaluationFile, EveryMistakeIsToldAtOnceWithItsPlace_GTW60) {
  const auto all = mistakes(
      "- turns: [{usr: hi}]\n- {name: b, turns: [{user: hi, keys: '1'}], localle: x}\n- {name: c, turns: [{keys: 12x}, {user: hi, expect_tool: a, "
      "expect_no_tool: "
      "true, contains: ''}, {user: hi, expect_escalation: maybe}]}\n");
  for (const auto* part : {"scenarios.yaml:1:", "name", "usr", "scenarios.yaml:2:", "either says something or presses keys", "localle",
                           "scenarios.yaml:3:", "no keys of a telephone", "a tool and none", "empty text", "expect_escalation"})
    EXPECT_THAT(all, HasSubstr(part));
}

TEST(EvaluationFile, ThePublishedSchemaAndTheReaderAgree_GTW60) {
  EXPECT_THAT(violations(everything), IsEmpty());
  EXPECT_THAT(violations(read_file(source_file("examples/support/evaluation.yaml"))), IsEmpty());
  for (const auto* wrong : {"[]", "[{name: a, turns: []}]", "[{turns: [{user: hi}]}]", "[{name: a, turns: [{user: hi, keys: '1'}]}]",
                            "[{name: a, turns: [{keys: x}]}]", "[{name: a, turns: [{user: hi, expect: x}]}]", "[{name: a, nam: b, turns: [{user: hi}]}]",
                            "[{name: a, turns: [{}]}]", "[{name: a, turns: [{user: hi, expect_tool: 5}]}]"}) {
    EXPECT_THAT(violations(wrong), Not(IsEmpty())) << wrong;
    EXPECT_NE(mistakes(wrong), "") << wrong;
  }
}

TEST(EvaluationFile, WhatTheDocumentationShowsIsRead_GTW60) {
  const auto page = read_file(source_file("docs/gateway/evaluate.md"));
  constexpr std::string_view begin = "```yaml\n", end = "\n```";
  int blocks = 0;
  for (auto at = page.find(begin); at != std::string::npos; at = page.find(begin, at + 1), ++blocks)
    EXPECT_EQ(mistakes(page.substr(at + begin.size(), page.find(end, at + begin.size()) - at - begin.size())), "");
  EXPECT_EQ(blocks, 1);
}

}  // namespace
}  // namespace antiphon::gateway
