#include "antiphon/gateway/tools/router.hpp"

#include <gmock/gmock.h>

#include "antiphon/gateway/tools/function_tool.hpp"
#include "antiphon/providers/llm/testing.hpp"

namespace antiphon::gateway {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

ToolEntry entry(std::string name, ToolRules rules = {}) {
  json::value schema = json::parse(R"({"type": "object", "properties": {"id": {"type": "string", "minLength": 2}}, "additionalProperties": false})");
  return {.tool = {.name = std::move(name), .description = "", .parameters = std::move(schema)}, .rules = std::move(rules)};
}

ToolCall call_of(std::string name, std::string arguments = "{}") { return {.id = "call_1", .name = std::move(name), .arguments = std::move(arguments)}; }

/// What a tool does, one call after another; the last goes on for ever.
struct Script {
  std::vector<std::function<json::value()>> steps;
  std::vector<Clock::Time> calls;
  Duration takes = 0s;
  int running = 0, most_running = 0;

  static Task<json::value> run(Script& script, Clock& clock) {
    script.calls.push_back(clock.now());
    const auto step = script.steps[std::min(script.calls.size(), script.steps.size()) - 1];
    script.most_running = std::max(script.most_running, ++script.running);
    if (script.takes > 0s) co_await clock.sleep_for(script.takes);
    --script.running;
    co_return step();
  }
};

struct Play {
  Script& script;
  Clock& clock;
  Task<json::value> operator()(ToolInvocation, Deadline) const { return Script::run(script, clock); }
};

std::function<json::value()> fails(ErrorKind kind) {
  return [kind]() -> json::value { throw Error(kind, "down"); };
}
std::function<json::value()> gives(json::value value) {
  return [value] { return value; };
}

struct ToolRouterTest : ::testing::Test {
  void add(std::string name, ToolRules rules = {}) {
    router.add(function_tool(entry(std::move(name), std::move(rules)), Play{script, world.clock}));
    EXPECT_THAT(world.run(router.start(Deadline::never())), IsEmpty());
  }
  ToolResult call(std::string name, std::string arguments = "{}", json::object session = {}) {
    return world.run(router.call(call_of(std::move(name), std::move(arguments)), std::move(session), Deadline::never()));
  }

  testing_tools::World world;
  Script script;
  ToolRouter router{world.runtime};
};

TEST_F(ToolRouterTest, DeclaresItsToolsToTheModelWithTheirSchema_GTW34) {
  add("order_status");
  const auto* tool = router.declarations().find("order_status");
  ASSERT_TRUE(tool);
  EXPECT_TRUE(find(tool->parameters, "properties"));
}

TEST_F(ToolRouterTest, AnUnknownToolIsAResultWithAnErrorAndTheLabelUnknown_GTW34) {
  add("order_status");
  const auto result = call("order_statsu");
  EXPECT_FALSE(result.ok);
  EXPECT_EQ(result.error, "there is no tool \"order_statsu\"");
  EXPECT_EQ(router.label("order_statsu"), "unknown");
  EXPECT_EQ(router.label("order_status"), "order_status");
}

TEST_F(ToolRouterTest, ArgumentsAgainstTheSchemaNeverReachTheTool_GTW34) {
  script.steps = {gives(1)};
  add("look");
  EXPECT_THAT(call("look", R"({"id": "x"})").error, HasSubstr("/id"));
  EXPECT_THAT(call("look", R"({"other": 1})").error, HasSubstr("other"));
  EXPECT_THAT(call("look", "{\"id\":").error, HasSubstr("no JSON"));
  EXPECT_THAT(call("look", "[1]").error, HasSubstr("no JSON object"));
  EXPECT_THAT(script.calls, IsEmpty());
  EXPECT_TRUE(call("look", R"({"id": "xy"})").ok);
  EXPECT_TRUE(call("look", "").ok);
}

TEST_F(ToolRouterTest, WhatNeverLeftIsTriedAgainAfter300And600Milliseconds_GTW34) {
  script.steps = {fails(ErrorKind::refused), fails(ErrorKind::refused), gives("there")};
  add("look");
  const auto result = call("look");
  EXPECT_TRUE(result.ok);
  EXPECT_THAT(script.calls, ElementsAre(0ms, 300ms, 900ms));
  EXPECT_EQ(result.latency, 900ms);
}

TEST_F(ToolRouterTest, AfterTwoRetriesItGivesUpAndSaysHowOftenItTried_GTW34) {
  script.steps = {fails(ErrorKind::refused)};
  add("look");
  EXPECT_EQ(call("look").error, "down (after 3 tries)");
  EXPECT_EQ(script.calls.size(), 3U);
}

TEST_F(ToolRouterTest, WhatMayHaveHadItsEffectIsNeverDoneTwiceUnlessItIsIdempotent_GTW34) {
  script.steps = {fails(ErrorKind::unavailable)};
  add("cancel_order");
  EXPECT_FALSE(call("cancel_order").ok);
  EXPECT_EQ(script.calls.size(), 1U);
  add("look", {.idempotent = true});
  EXPECT_FALSE(call("look").ok);
  EXPECT_EQ(script.calls.size(), 4U);
}

TEST_F(ToolRouterTest, AWrongQuestionIsNotAskedAgainAndDoesNotOpenTheCircuit_GTW34) {
  script.steps = {fails(ErrorKind::not_found)};
  add("look", {.idempotent = true});
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(call("look").ok);
  EXPECT_EQ(script.calls.size(), 10U);
  EXPECT_EQ(router.circuit("look"), CircuitState::closed);
}

TEST_F(ToolRouterTest, AToolThatHangsEndsAtItsDeadline_GTW34) {
  script.steps = {gives(1)};
  script.takes = 1h;
  add("look", {.deadline = 2s});
  const auto result = call("look");
  EXPECT_THAT(result.error, HasSubstr("no answer within"));
  EXPECT_EQ(result.latency, 2s);
}

TEST_F(ToolRouterTest, AnExceptionOfAnyTypeIsAResult_GTW34) {
  script.steps = {[]() -> json::value { throw std::out_of_range("index 7"); }, []() -> json::value { throw 7; }};
  add("look");
  EXPECT_THAT(call("look").error, HasSubstr("index 7"));
  EXPECT_THAT(call("look").error, HasSubstr("unknown type"));
}

TEST_F(ToolRouterTest, FiveFailuresOpenTheCircuitOfThatToolAlone_GTW34) {
  script.steps = {fails(ErrorKind::unavailable)};
  add("broken");
  add("other");
  for (int i = 0; i < 5; ++i) call("broken");
  EXPECT_EQ(router.circuit("broken"), CircuitState::open);
  EXPECT_EQ(router.circuit("other"), CircuitState::closed);
  const auto refused = call("broken");
  EXPECT_THAT(refused.error, HasSubstr("failed too often"));
  EXPECT_EQ(refused.latency, 0s);
  EXPECT_EQ(script.calls.size(), 5U);
}

TEST_F(ToolRouterTest, OfManyCallsInHalfOpenOneReachesTheTool_GTW34) {
  script.steps = {fails(ErrorKind::unavailable), fails(ErrorKind::unavailable), fails(ErrorKind::unavailable),
                  fails(ErrorKind::unavailable), fails(ErrorKind::unavailable), gives("back")};
  add("look");
  for (int i = 0; i < 5; ++i) call("look");
  world.run(world.clock.sleep_for(30s));
  script.takes = 100ms;
  const auto results = world.run(router.call_all({call_of("look"), call_of("look"), call_of("look")}, {}, Deadline::never()));
  EXPECT_EQ(script.calls.size(), 6U);
  EXPECT_EQ(results[0].ok + results[1].ok + results[2].ok, 1);
  EXPECT_EQ(router.circuit("look"), CircuitState::closed);
}

TEST_F(ToolRouterTest, ParallelCallsRunAtOnceAndComeBackInOrder_GTW34) {
  script.steps = {gives("a"), gives("b"), gives("c")};
  script.takes = 1s;
  add("look");
  const auto results = world.run(router.call_all({call_of("look"), call_of("nothing"), call_of("look"), call_of("look")}, {}, Deadline::never()));
  ASSERT_EQ(results.size(), 4U);
  EXPECT_EQ(script.most_running, 3);
  EXPECT_EQ(results[0].data, "a");
  EXPECT_FALSE(results[1].ok);
  EXPECT_EQ(results[2].data, "b");
  EXPECT_EQ(results[3].data, "c");
  EXPECT_EQ(world.clock.now(), 1s);
}

TEST_F(ToolRouterTest, ATooLargeResultIsAFailure_GTW34) {
  script.steps = {gives(json::value(std::string(101, 'x')))};
  add("look", {.result_limit = 100});
  EXPECT_THAT(call("look").error, HasSubstr("over the limit of 100"));
}

TEST_F(ToolRouterTest, AToolForAuthenticatedCallersIsClosedToOthers_GTW34) {
  script.steps = {gives(1)};
  add("look", {.authenticated = true});
  EXPECT_THAT(call("look").error, HasSubstr("authenticated"));
  EXPECT_TRUE(call("look", "{}", {{"authenticated", true}}).ok);
}

TEST_F(ToolRouterTest, EachToolHasItsSentenceForTheCaller_GTW34) {
  add("look", {.fallback = "I cannot see that now."});
  add("other");
  EXPECT_EQ(router.fallback("look"), "I cannot see that now.");
  EXPECT_THAT(router.fallback("other"), HasSubstr("trouble with that request"));
  EXPECT_THAT(router.fallback("unknown"), HasSubstr("trouble with that request"));
  const auto answer = answer_to(call_of("look"), {.tool = "look", .error = "HTTP 500"}, router.fallback("look"));
  EXPECT_EQ(answer.text(), R"({"error":"HTTP 500","say":"I cannot see that now."})");
}

TEST_F(ToolRouterTest, TwoToolsOfOneNameAreRefusedAtTheStart_GTW34) {
  router.add(function_tool(entry("look"), Play{script, world.clock}));
  router.add(function_tool(entry("look"), Play{script, world.clock}));
  EXPECT_THAT(testing_tools::error_of([&] { world.run(router.start(Deadline::never())); }).message(), HasSubstr("two tools are called \"look\""));
}

TEST_F(ToolRouterTest, ABlockingFunctionRunsBesideTheExecutor_GTW34) {
  router.add(
      blocking_function_tool(world.runtime, entry("look"), [](const ToolInvocation& invocation, std::stop_token) { return json::value(invocation.name); }));
  world.run(router.start(Deadline::never()));
  EXPECT_EQ(call("look").data, "look");
}

TEST(ToolFailures, CountInARowAndTheNextSuccessResetsThem_GTW34) {
  SessionState session;
  count_failures(session, {{.tool = "a"}, {.tool = "b"}});
  EXPECT_EQ(session.consecutive_failures, 2);
  count_failures(session, {{.tool = "a"}});
  EXPECT_EQ(session.consecutive_failures, 3);
  count_failures(session, {{.tool = "a", .ok = true}});
  EXPECT_EQ(session.consecutive_failures, 0);
}

}  // namespace
}  // namespace antiphon::gateway
