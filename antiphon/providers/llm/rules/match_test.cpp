#include "antiphon/providers/llm/rules/match.hpp"

#include <gtest/gtest.h>

#include "antiphon/providers/llm/testing.hpp"

namespace antiphon::rules {
namespace {

using testing_tools::asking;

/// Index of the rule that matches, -1 for none.
int matching(std::string_view conditions, const ChatRequest& request, const State& state = {}, std::string_view model = "m") {
  std::string text = "rules:\n";
  text += "  - when: " + std::string(conditions) + "\n    reply: a\n";
  const auto file = parse_rules(text, "f");
  const auto found = match(*file, Input(request, model), state);
  return found ? static_cast<int>(found->rule - file->rules.data()) : -1;
}
bool holds(std::string_view conditions, const ChatRequest& request, const State& state = {}) { return matching(conditions, request, state) == 0; }

ChatRequest after_tool(std::string_view result) {
  ChatRequest request;
  request.messages =
      History{Message::user("where is A-1007"), Message::assistant_calls("", {{"c1", "lookup_order", "{}"}}), Message::tool_result("c1", "", result)};
  return request;
}

TEST(Match, TriesEveryConditionOfTheContract_SCN83) {
  auto request = asking("My ORDER please", {"t", "user", 3});
  request.preamble = {Message::system("You are furious")};
  request.tools = ToolSet({{.name = "finish_test"}});
  EXPECT_TRUE(holds(R"({last: "(?i)order"})", request));
  EXPECT_FALSE(holds(R"({last: "order"})", request));
  EXPECT_TRUE(holds("{system: furious}", request));
  EXPECT_FALSE(holds("{system: relaxed}", request));
  EXPECT_TRUE(holds("{role: user, turn: 3, model: m}", request));
  EXPECT_FALSE(holds("{role: agent}", request));
  EXPECT_FALSE(holds("{turn: \"< 3\"}", request));
  EXPECT_FALSE(holds("{model: gpt}", request));
  EXPECT_TRUE(holds("{offers_tool: finish_test}", request));
  EXPECT_FALSE(holds("{offers_tool: make_verdict}", request));
  EXPECT_TRUE(holds("{state: {angry: \"true\"}}", request, {{"angry", "true"}}));
  EXPECT_FALSE(holds("{state: {angry: \"true\"}}", request));
  EXPECT_FALSE(holds("{role: user, turn: 4}", request)) << "all must hold";
}

TEST(Match, TakesTheFirstRuleThatHolds_SCN83) {
  const auto file = parse_rules("rules:\n  - when: {last: b}\n    reply: x\n  - when: {last: a}\n    reply: y\n  - reply: z\n", "f");
  const auto request = asking("a");
  EXPECT_EQ(match(*file, Input(request, "m"), {})->rule, &file->rules[1]);
}

TEST(Match, NeverHoldsOnLastWhileAToolResultIsTheNewest_SCN83) {
  EXPECT_FALSE(holds("{last: where}", after_tool("delivered")));
  EXPECT_TRUE(holds("{tool_result: {name: lookup_order, matches: deliv}}", after_tool("delivered")));
  EXPECT_TRUE(holds("{tool_result: lookup_order}", after_tool("delivered")));
  EXPECT_FALSE(holds("{tool_result: {name: other}}", after_tool("delivered")));
  EXPECT_FALSE(holds("{tool_result: {matches: lost}}", after_tool("delivered")));
  EXPECT_FALSE(holds("{tool_result: lookup_order}", asking("hi")));
}

TEST(Match, SeesTheWholeConversationInHistory_SCN83) {
  const auto request = after_tool("delivered");
  EXPECT_TRUE(holds(R"({history: "(?s)user: where.*assistant calls lookup_order.*tool: delivered"})", request));
  EXPECT_FALSE(holds("{history: refund}", request));
}

TEST(Match, CapturesByNameAndNumber_SCN83) {
  const auto file = parse_rules("rules:\n  - when: {last: \"(?<id>[A-Z])-(\\\\d+)\"}\n    reply: x\n", "f");
  const auto request = asking("it is B-12");
  const auto found = match(*file, Input(request, "m"), {});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->captures.at("id"), "B");
  EXPECT_EQ(found->captures.at("2"), "12");
  EXPECT_EQ(found->captures.at("0"), "B-12");
}

TEST(Match, CountsUserMessagesAsTurnsOfUntaggedRequests_SCN83) {
  ChatRequest request;
  request.messages = History{Message::user("a"), Message::assistant("b"), Message::user("c")};
  EXPECT_TRUE(holds("{turn: 2, role: agent}", request));
}

TEST(Replay, RebuildsTheStateOfAnUntaggedConversation_SCN83) {
  const auto file = parse_rules(R"yaml(
rules:
  - when: {state: {stage: "two"}, last: "next"}
    reply: third
    set: {stage: three}
  - when: {last: "name is (?<name>\\w+)"}
    reply: second
    set: {stage: two, who: "{{name}}"}
  - reply: first
)yaml",
                                "f");
  ChatRequest request;
  request.messages =
      History{Message::user("hi"), Message::assistant("first"), Message::user("my name is Ann"), Message::assistant("second"), Message::user("next")};
  const auto state = replay(*file, request, "m");
  EXPECT_EQ(state.at("stage"), "two");
  EXPECT_EQ(state.at("who"), "Ann");
  request.messages.append(Message::assistant("third"));
  EXPECT_EQ(replay(*file, request, "m").at("stage"), "three");
}

TEST(Replay, GoesPastAFaultThatMustHavePassed_SCN83) {
  const auto file = parse_rules(R"yaml(
rules:
  - when: {state: {failed: ""}}
    fault: {status: 503}
    set: {failed: once}
  - reply: fine
    set: {answered: "yes"}
)yaml",
                                "f");
  ChatRequest request;
  request.messages = History{Message::user("hi"), Message::assistant("fine"), Message::user("more")};
  const auto state = replay(*file, request, "m");
  EXPECT_EQ(state.at("failed"), "once");
  EXPECT_EQ(state.at("answered"), "yes");
}

}  // namespace
}  // namespace antiphon::rules
