#include "antiphon/providers/llm/rules/rules_file.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace antiphon::rules {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

const Environment no_environment = [](std::string_view) { return std::nullopt; };

std::vector<Problem> problems_of(std::string_view text) {
  try {
    parse_rules(text, "f.yaml", no_environment);
  } catch (const Problems& problems) {
    return problems.list();
  }
  ADD_FAILURE() << "accepted: " << text;
  return {Problem{}};
}

TEST(RulesFile, ReadsTheExampleOfTheContract_SCN83) {
  const auto file = parse_rules(R"yaml(
rules:
  - when: {offers_tool: finish_test}
    criteria: {"The agent asks for the order number": passed, default: inconclusive}
  - when: {offers_tool: make_verdict, turn: ">= 2"}
    tool_calls: [{name: make_verdict}]
  - when: {role: user, last: "(?i)order number"}
    reply: "its order {{env.ORDER|A-1007}}, thanks"
  - when: {tool_result: {name: lookup_order, matches: "delivered"}}
    reply: ["It was delivered.", "It has arrived."]
  - when: {last: "order (?<id>[A-Z]-\\d{4})"}
    tool_calls: [{name: lookup_order, arguments: {order: "{{id}}"}}]
    latency: {p50: 200ms, p95: 450ms}
  - when: {state: {angry: "true"}}
    fault: {status: 429, retry_after: 2s}
  - reply: "I am sorry, could you say that again?"
    set: {angry: "true"}
)yaml",
                                "f.yaml", no_environment);
  ASSERT_EQ(file->rules.size(), 7U);
  EXPECT_EQ(file->rules[0].criteria.at("default"), "inconclusive");
  EXPECT_TRUE(file->rules[1].when.turn->holds(2));
  EXPECT_EQ(file->rules[3].replies.size(), 2U);
  EXPECT_EQ(file->rules[4].latency->p95, 450ms);
  EXPECT_EQ(file->rules[5].fault->retry_after, 2s);
  EXPECT_TRUE(file->keeps_state());
  EXPECT_EQ(file->rules[4].where.line, 11);
}

TEST(RulesFile, NamesUnknownKeysTheirPlaceAndTheNearest_SCN83) {
  const auto problem = problems_of("rules:\n  - replly: hi\n    when: {}\n    reply: x\n").at(0);
  EXPECT_EQ(problem.message, "unknown key \"replly\" in a rule");
  EXPECT_EQ(to_string(problem.where), "f.yaml:2:5");
  EXPECT_EQ(problem.underline, "did you mean \"reply\"?");
  EXPECT_THAT(problem.hint, HasSubstr("tool_calls"));
}

TEST(RulesFile, ReportsAllMistakesTogether_SCN83) {
  const auto problems = problems_of(R"yaml(
rules:
  - when: {last: "(", role: boss, turn: soon, nothing: 1}
    reply: [hi]
  - criteria: {x: pased}
  - latency: {p50: 200}
    reply: hi
  - fault: {status: 200}
  - when: {}
)yaml");
  std::vector<std::string> messages;
  for (const auto& problem : problems) messages.push_back(problem.message);
  EXPECT_THAT(messages,
              testing::UnorderedElementsAre(HasSubstr("regular expression"), "\"boss\" is no role", HasSubstr("turn is no number"), HasSubstr("\"nothing\""),
                                            "\"pased\" is no status", "\"200\" is no duration", "status is no HTTP error", "a rule that answers nothing"));
}

TEST(RulesFile, RefusesWhatIsNoRulesFile) {
  for (const auto* text : {"", "[]", "rules:", "rules: {}", "rules: []", "hello", "rules: [7]", "rules:\n  - reply: {a: 1}"}) problems_of(text);
}

TEST(RulesFile, FindsNamesInTemplatesThatNobodySets_SCN83) {
  const auto problem = problems_of("rules:\n  - when: {last: \"(?<order>x)\"}\n    reply: \"{{ordr}}\"\n").at(0);
  EXPECT_EQ(problem.message, "nothing is called {{ordr}}");
  EXPECT_EQ(problem.underline, "did you mean {{order}}?");
  EXPECT_NO_THROW(
      parse_rules("rules:\n  - reply: \"{{1}} {{mood}} {{x|y}}\"\n    when: {last: x}\n  - reply: b\n    set: {mood: good}\n", "f", no_environment));
}

TEST(RulesFile, ReadsTheEnvironmentOnceAndMissesWhatHasNoDefault_SCN83) {
  const auto file = parse_rules("rules:\n  - reply: \"{{env.ORDER}}\"\n", "f", [](std::string_view name) { return std::optional<std::string>(name); });
  EXPECT_EQ(file->environment.at("ORDER"), "ORDER");
  EXPECT_THAT(problems_of("rules:\n  - reply: \"{{env.ORDER}}\"\n").at(0).message, HasSubstr("ORDER is not set"));
}

TEST(TurnTest, ComparesAsWritten_SCN83) {
  EXPECT_TRUE(TurnTest::parse("2")->holds(2));
  EXPECT_FALSE(TurnTest::parse(" = 2 ")->holds(3));
  EXPECT_TRUE(TurnTest::parse(">= 2")->holds(2));
  EXPECT_FALSE(TurnTest::parse("< 3")->holds(3));
  EXPECT_TRUE(TurnTest::parse("<=3")->holds(3));
  EXPECT_TRUE(TurnTest::parse("> 1")->holds(2));
  EXPECT_FALSE(TurnTest::parse("!= 2")->holds(2));
  for (const auto* text : {"", ">", "two", "2 3", "=> 2"}) EXPECT_FALSE(TurnTest::parse(text)) << text;
}

TEST(RulesFile, RecordedLatenciesAreAList_SCN83_VOX80) {
  const auto file = parse_rules("rules:\n  - reply: hi\n    latency: [180ms, 1s]\n", "f.yaml");
  EXPECT_THAT(file->rules[0].latency->recorded, testing::ElementsAre(180ms, 1s));
  EXPECT_EQ(problems_of("rules:\n  - reply: hi\n    latency: []\n").at(0).message, "an empty list of latencies");
  EXPECT_EQ(problems_of("rules:\n  - reply: hi\n    latency: [1s, soon]\n").at(0).message, "\"soon\" is no duration");
}

}  // namespace
}  // namespace antiphon::rules
