#include "antiphon/providers/llm/rules/rules_model.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/providers/llm/rules/builtin.hpp"
#include "antiphon/providers/llm/rules/verdict_filler.hpp"
#include "antiphon/providers/llm/testing.hpp"

namespace antiphon::rules {
namespace {

using namespace std::chrono_literals;
using namespace testing_tools;
using testing::ElementsAre;
using testing::HasSubstr;

struct RulesModelTest : testing::Test {
  World world;

  RulesModel model(std::string_view text, std::uint64_t seed = 1, const std::string& scenario = "s") {
    return {parse_rules(text, "f.yaml"), "rules/f.yaml", world.clock, seed, scenario};
  }
  ChatResponse ask(LanguageModel& model, ChatRequest request, Deadline deadline = Deadline::never()) {
    return world.run(model.complete(std::move(request), deadline));
  }
};

ChatRequest judging(std::string_view transcript, ToolChoice choice = {ToolChoice::Mode::named, "finish_test"}) {
  auto request = asking(transcript, {"t", "judge", 2});
  request.tools = ToolSet({{.name = "finish_test", .parameters = json::parse(R"({"type":"object","required":["reasoning","criteria"],"properties":{
    "reasoning":{"type":"string"},"criteria":{"type":"object","required":["asks","promises"],"properties":{
      "asks":{"description":"The agent asks for the order number","type":"object"},"promises":{"description":"It promises nothing","type":"object"}}}}})")}});
  request.tool_choice = std::move(choice);
  return request;
}

json::value verdict_of(const ChatResponse& response) { return response.message.tool_calls().at(0).parsed_arguments(); }

TEST_F(RulesModelTest, RepliesWithWhatAPatternCaptured_SCN83) {
  auto rules = model("rules:\n  - when: {last: \"order (?<id>[A-Z]-\\\\d{4})\"}\n    tool_calls: [{name: lookup, arguments: {order: \"{{id}}\", n: 1}}]\n");
  const auto response = ask(rules, asking("my order A-1007"));
  ASSERT_EQ(response.message.tool_calls().size(), 1U);
  EXPECT_EQ(response.message.tool_calls()[0].arguments, R"({"order":"A-1007","n":1})");
  EXPECT_EQ(response.finish_reason, "tool_calls");
  EXPECT_GT(response.usage.input_tokens, 0);
}

TEST_F(RulesModelTest, KeepsStateByThreadAndRole_SCN83) {
  auto rules = model("rules:\n  - when: {state: {seen: \"yes\"}}\n    reply: again\n  - reply: first\n    set: {seen: \"yes\"}\n");
  EXPECT_EQ(ask(rules, asking("hi", {"t1", "user", 1})).message.text(), "first");
  EXPECT_EQ(ask(rules, asking("hi", {"t1", "user", 2})).message.text(), "again");
  EXPECT_EQ(ask(rules, asking("hi", {"t2", "user", 1})).message.text(), "first");
  EXPECT_EQ(ask(rules, asking("hi", {"t1", "agent", 1})).message.text(), "first");
}

TEST_F(RulesModelTest, SaysTheSameAtTheSameTimesForOneSeed_SCN82_SCN83) {
  const auto play = [&](std::uint64_t seed, const std::string& scenario, bool beside) {
    auto rules = model("rules:\n  - reply: [a, b, c, d, e]\n    latency: {p50: 200ms, p95: 900ms}\n", seed, scenario);
    std::vector<std::pair<std::string, Duration>> out;
    for (int turn = 1; turn <= 20; ++turn) {
      if (beside) ask(rules, asking("hi", {"t", "judge", turn}));  // what another role draws must shift nothing
      const auto before = world.clock.now();
      auto text = ask(rules, asking("hi", {"t", "user", turn})).message.text();
      out.emplace_back(std::move(text), world.clock.now() - before);
    }
    return out;
  };
  const auto first = play(1, "s", false);
  EXPECT_EQ(play(1, "s", false), first);
  EXPECT_EQ(play(1, "s", true), first);
  EXPECT_NE(play(2, "s", false), first);
  EXPECT_NE(play(1, "other", false), first);
}

TEST_F(RulesModelTest, FillsAVerdictByTextByKeyAndByDefault_SCN83) {
  auto by_text = model("rules:\n  - criteria: {\"The agent asks for the order number\": passed, default: inconclusive}\n");
  const auto verdict = verdict_of(ask(by_text, judging("[0] user: hi\n[1] agent: which order?\n")));
  EXPECT_EQ(verdict.at_pointer("/criteria/asks/status").as_string(), "passed");
  EXPECT_EQ(verdict.at_pointer("/criteria/asks/requirement").as_string(), "The agent asks for the order number");
  EXPECT_EQ(json::serialize(verdict.at_pointer("/criteria/asks/evidence")), "[1]");
  EXPECT_EQ(verdict.at_pointer("/criteria/promises/status").as_string(), "inconclusive");
  EXPECT_EQ(json::serialize(verdict.at_pointer("/criteria/promises/evidence")), "[]");
  auto by_key = model("rules:\n  - criteria: {promises: failed}\n");
  const auto partial = verdict_of(ask(by_key, judging("no numbers here"))).at("criteria").as_object();
  EXPECT_EQ(partial.size(), 1U) << "what no rule names stays unanswered";
  EXPECT_EQ(json::serialize(partial.at("promises").at("evidence")), "[]");
}

TEST_F(RulesModelTest, FillsAForcedToolBySchema_SCN83) {
  auto rules = model("rules:\n  - tool_calls: forced\n    reply: hm\n");
  EXPECT_EQ(ask(rules, judging("x")).message.tool_calls().at(0).name, "finish_test");
  EXPECT_TRUE(verdict_of(ask(rules, judging("x"))).at("criteria").as_object().contains("promises"));
  EXPECT_EQ(ask(rules, asking("x")).message.text(), "hm");
}

TEST_F(RulesModelTest, AnswersStructuredOutputByTheSchemaUnlessTheReplyIsJson_SCN90) {
  auto text = model("rules:\n  - reply: hello\n");
  auto json = model("rules:\n  - reply: '{\"answer\": 7}'\n");
  auto request = asking("x");
  request.response_schema = json::parse(R"({"type":"object","properties":{"answer":{"type":"string"}},"required":["answer"]})");
  EXPECT_EQ(ask(text, request).message.text(), R"({"answer":"hello"})");
  EXPECT_EQ(ask(json, request).message.text(), R"({"answer": 7})");
}

TEST_F(RulesModelTest, ShowsFileAndInputWhereNoRuleMatches_SCN83) {
  auto rules = model("rules:\n  - when: {last: bye}\n    reply: bye\n");
  const auto error = error_of([&] { ask(rules, asking("good morning", {"t", "user", 4})); });
  EXPECT_EQ(error.kind(), ErrorKind::invalid_input);
  EXPECT_EQ(error.status(), 400);
  EXPECT_THAT(error.message(), testing::AllOf(HasSubstr("f.yaml"), HasSubstr("\"good morning\""), HasSubstr("role user"), HasSubstr("turn 4")));
}

TEST_F(RulesModelTest, MakesTheFaultsThatItsRulesSay_SCN83) {
  auto limited = model("rules:\n  - fault: {status: 429, retry_after: 2s}\n");
  const auto error = error_of([&] { ask(limited, asking("x")); });
  EXPECT_EQ(error.kind(), ErrorKind::rate_limited);
  EXPECT_EQ(error.retry_after(), 2s);
  auto cut = model("rules:\n  - reply: one two three\n    fault: {cut_after: 5}\n");
  EXPECT_EQ(error_of([&] { ask(cut, asking("x")); }).kind(), ErrorKind::closed);
  auto stream = world.run(cut.stream(asking("x"), Deadline::never()));
  EXPECT_EQ(world.run(stream->next(Deadline::never()))->text, "one ");
  EXPECT_EQ(world.run(stream->next(Deadline::never()))->text, "t");
  EXPECT_EQ(error_of([&] { world.run(stream->next(Deadline::never())); }).kind(), ErrorKind::closed);
}

TEST_F(RulesModelTest, StallsOnTheClockUpToTheDeadline_SCN83_SCN91) {
  auto rules = model("rules:\n  - reply: late\n    fault: {stall: 5s}\n");
  EXPECT_EQ(ask(rules, asking("x")).message.text(), "late");
  EXPECT_EQ(world.clock.now(), 5s);
  EXPECT_EQ(error_of([&] { ask(rules, asking("x"), Deadline::after(world.clock, 2s)); }).kind(), ErrorKind::timeout);
  EXPECT_EQ(world.clock.now(), 7s);
}

TEST_F(RulesModelTest, StreamsWordByWord_SCN90) {
  auto rules = model("rules:\n  - reply: It has  arrived.\n");
  const auto streamed = world.run(read_stream(rules, asking("x")));
  EXPECT_THAT(streamed.pieces, ElementsAre("It ", "has  ", "arrived."));
  EXPECT_EQ(streamed.response.message.text(), "It has  arrived.");
}

TEST_F(RulesModelTest, BuiltInRulesAnswerAnythingAndJudgeNothing_SCN83) {
  RulesModel rules(builtin(), "rules", world.clock, 1, "s");
  EXPECT_FALSE(ask(rules, asking("anything")).message.text().empty());
  EXPECT_FALSE(ask(rules, asking("what is your order number?", {"t", "user", 1})).message.text().empty());
  EXPECT_EQ(verdict_of(ask(rules, judging("x"))).at_pointer("/criteria/asks/status").as_string(), "inconclusive");
  ChatRequest after_tool;
  after_tool.messages = History{Message::user("a"), Message::assistant_calls("", {{"c", "f", "{}"}}), Message::tool_result("c", "f", "{}")};
  EXPECT_FALSE(ask(rules, after_tool).message.text().empty());
}

TEST(NewestAgentIndex, IsReadFromNumberedTranscripts_SCN83) {
  EXPECT_EQ(newest_agent_index("The conversation:\n[0] user: hi\n[1] agent: yes\n[2] tool f answered: {}\n[3] agent: done\n[4] user: ok"), 3);
  EXPECT_EQ(newest_agent_index("12. assistant: hi"), 12);
  EXPECT_EQ(newest_agent_index("agent: hi\nthe 3 agents"), std::nullopt);
}

}  // namespace
}  // namespace antiphon::rules
