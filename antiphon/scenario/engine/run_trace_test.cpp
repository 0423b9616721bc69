#include "antiphon/scenario/engine/run_trace.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/steady_timer.hpp>

#include "antiphon/agent/state.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/scenario/judge/judge.hpp"
#include "antiphon/scenario/run.hpp"
#include "antiphon/scenario/testing/scripted_model.hpp"
#include "antiphon/scenario/users/users.hpp"
#include "antiphon/trace/attributes.hpp"

namespace antiphon {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing_support::calls;
using testing_support::ModelScript;
namespace attr = trace::attr;

/// The spans of a run that has ended.
struct TracedScenario {
  std::vector<trace::Span> spans;
  trace::TraceId trace_id;
  ScenarioResult result;

  explicit TracedScenario(Scenario scenario, RunOptions options = {}) {
    if (options.seed == 0) options.seed = 5;
    options.on_trace = [this](const ScenarioResult&, const trace::Recorder& recorder) { spans = recorder.spans(), trace_id = recorder.trace_id(); };
    result = antiphon::run(std::move(scenario), std::move(options));
  }
  const trace::Span& named(std::string_view name) const {
    for (const auto& span : spans)
      if (span.name == name) return span;
    throw std::runtime_error("no span " + std::string(name));
  }
  std::string parent_of(std::string_view name) const {
    for (const auto& span : spans)
      if (span.id == named(name).parent) return span.name;
    return "none";
  }
  std::string text(std::string_view name, std::string_view key) const {
    const auto* value = named(name).find(key);
    return value && std::holds_alternative<std::string>(*value) ? std::get<std::string>(*value) : "absent";
  }
};

Task<AgentReply> slow_agent(AgentInput input) {
  co_await input.state->clock().sleep_for(3s);
  co_return "which order?";
}

Scenario judged(std::vector<Step> steps) {
  Scenario scenario{.name = "judged", .description = "d"};
  scenario.agent = ParticipantSpec(slow_agent).named("desk");
  scenario.user = [](AgentInput) -> Task<AgentReply> { co_return "hello"; };
  scenario.judge = judge_agent(std::vector<std::string>{"Is kind"});
  scenario.model = "test/model";
  scenario.script = std::move(steps);
  return scenario;
}

RunOptions answering(std::deque<Message> answers) {
  auto script = std::make_shared<ModelScript>();
  script->answers = std::move(answers);
  return {.models = testing_support::registry_with(script)};
}

const char* kind = R"({"reasoning":"ok","criteria":{"is_kind":{"status":"passed","reasoning":"it was"}}})";

TEST(RunTrace, HasScenarioTurnCallAndModelBelowEachOther_OBS1) {
  const TracedScenario run(judged({user("hi"), agent(), judge()}), answering({calls("finish_test", kind)}));
  EXPECT_EQ(run.parent_of("chat test/model"), "invoke_agent judge");
  EXPECT_EQ(run.parent_of("invoke_agent judge"), "turn 1");
  EXPECT_EQ(run.parent_of("invoke_agent desk"), "turn 1");
  EXPECT_EQ(run.parent_of("turn 1"), "scenario");
  EXPECT_EQ(run.parent_of("scenario"), "none");
  for (const auto& span : run.spans) EXPECT_TRUE(span.ended) << span.name;
  EXPECT_EQ(run.named("invoke_agent desk").end - run.named("invoke_agent desk").start, 3s);
}

TEST(RunTrace, SpeaksTheGenAiConventions_OBS1) {
  const TracedScenario run(judged({user("hi"), agent(), judge()}), answering({calls("finish_test", kind)}));
  EXPECT_EQ(run.text("invoke_agent desk", "gen_ai.operation.name"), "invoke_agent");
  EXPECT_EQ(run.text("invoke_agent desk", "gen_ai.agent.name"), "desk");
  EXPECT_EQ(run.text("invoke_agent desk", "gen_ai.conversation.id"), run.result.thread_id);
  EXPECT_EQ(run.text("scenario", "antiphon.scenario.id"), "judged");
  EXPECT_EQ(run.text("scenario", "antiphon.outcome"), "passed");
  EXPECT_EQ(run.text("chat test/model", "gen_ai.operation.name"), "chat");
  EXPECT_EQ(run.text("chat test/model", "gen_ai.provider.name"), "test");
  EXPECT_EQ(run.text("chat test/model", "gen_ai.request.model"), "model");
  EXPECT_EQ(std::get<std::int64_t>(*run.named("chat test/model").find("gen_ai.usage.input_tokens")), 10);
  EXPECT_EQ(run.named("chat test/model").kind, trace::SpanKind::client);
  const auto& verdict = run.named("invoke_agent judge").events.at(0);
  EXPECT_EQ(verdict.name, "gen_ai.evaluation.result");
  EXPECT_EQ(std::get<std::string>(verdict.attributes.at(0).value), "Is kind");
  EXPECT_EQ(std::get<std::string>(verdict.attributes.at(1).value), "passed");
}

TEST(RunTrace, NewTurnsBeginNewSpans_OBS1) {
  auto scenario = judged({proceed(3), succeed()});
  scenario.judge = {};
  const TracedScenario run(std::move(scenario));
  std::vector<std::string> names;
  for (const auto& span : run.spans) names.push_back(span.name);
  EXPECT_THAT(names, ElementsAre("scenario", "turn 1", "invoke_agent callable", "invoke_agent desk", "turn 2", "invoke_agent callable", "invoke_agent desk",
                                 "turn 3", "invoke_agent callable", "invoke_agent desk"));
  EXPECT_EQ(run.named("turn 1").end, run.named("turn 2").start);
}

TEST(RunTrace, ABackgroundTurnHasItsOwnTimes_SCN11_OBS1) {
  auto scenario = judged({user("hi"), agent({.wait = false}), sleep(10s), agent(), succeed()});
  scenario.judge = {};
  const TracedScenario run(std::move(scenario));
  EXPECT_EQ(run.named("invoke_agent desk").end, 3s);
}

TEST(RunTrace, AFailedCallSaysWhy_OBS1) {
  auto scenario = judged({user("hi"), agent()});
  scenario.agent = ParticipantSpec([](AgentInput) -> Task<AgentReply> {
    throw Error(ErrorKind::unavailable, "HTTP 503");
    co_return AgentReply();
  });
  scenario.judge = {};
  const TracedScenario run(std::move(scenario));
  EXPECT_EQ(run.named("invoke_agent callable").status, trace::SpanStatus::error);
  EXPECT_EQ(run.text("invoke_agent callable", "error.type"), "unavailable");
  EXPECT_EQ(run.named("scenario").status_message, "HTTP 503");
}

TEST(RunTrace, ATimeoutIsACancelledCall_OBS1_SCN72) {
  auto scenario = judged({user("hi"), agent()});
  scenario.judge = {};
  scenario.turn_timeout = 1s;
  const TracedScenario run(std::move(scenario));
  EXPECT_EQ(run.text("invoke_agent desk", "error.type"), "cancelled");
}

TEST(RunTrace, IsTheSameEachTimeInVirtualTime_OBS1_SCN82) {
  const auto all = [] {
    const TracedScenario run(judged({proceed(2), judge()}), answering({calls("continue_test"), calls("continue_test"), calls("finish_test", kind)}));
    std::string text = to_string(run.trace_id);
    for (const auto& span : run.spans) text += span.name + to_string(span.id) + to_string(span.parent) + std::to_string(span.start.count()) + "\n";
    return text;
  };
  EXPECT_EQ(all(), all());
}

TEST(RunTrace, EveryAttemptHasATraceOfItsOwn_OBS1_PRD3) {
  Scenario scenario{.name = "x", .script = {user("hi"), agent(), succeed()}};
  scenario.agent = ParticipantSpec(slow_agent);
  const TracedScenario first(scenario);
  scenario.attempt = 2;
  EXPECT_NE(first.trace_id, TracedScenario(scenario).trace_id);
}

TEST(RunTrace, InRealTimeTheTraceIsNobodyElses_OBS1) {
  auto scenario = judged({user("hi"), agent("hello"), succeed()});
  scenario.judge = {};
  scenario.clock = ClockChoice::wall;
  const TracedScenario first(scenario), second(scenario);
  EXPECT_NE(to_string(first.trace_id), to_string(second.trace_id));
  EXPECT_EQ(first.spans[0].id, second.spans[0].id);  // models read these: a cache must find the same text again
}

TEST(RunTrace, OffRecordsNothing_OBS1) {
  auto scenario = judged({user("hi"), agent(), succeed()});
  scenario.judge = {};
  bool asked = false;
  scenario.script.insert(scenario.script.begin(), [&](RunState& state) { asked = state.trace() == nullptr; });
  const TracedScenario run(std::move(scenario), {.tracing = false});
  EXPECT_TRUE(run.result);
  EXPECT_TRUE(run.spans.empty());
  EXPECT_TRUE(asked);
}

TEST(RunTrace, AStepSeesTheSpansSoFar_SCN20_OBS1) {
  auto scenario = judged({user("hi"), agent(), [](RunState& state) {
                            if (state.trace()->spans().size() != 3) throw AssertionFailed("scenario, turn and call");
                          }});
  scenario.judge = {};
  scenario.checks = {contains("order")};
  EXPECT_TRUE(TracedScenario(std::move(scenario)).result);
}

TEST(RunTrace, WhatWasRolledBackIsHidden_SCN20) {
  auto scenario =
      judged({user("hi"), agent(), user("again"), agent(), [](RunState& state) { state.rollback_messages_to(2); }, user("else"), agent(), succeed()});
  scenario.judge = {};
  const TracedScenario run(std::move(scenario));
  std::vector<bool> shown;
  for (const auto& span : run.spans)
    if (span.name == "invoke_agent desk") shown.push_back(span.shown);
  EXPECT_THAT(shown, ElementsAre(true, false, true));
}

TEST(RunTrace, ARunThatNothingCanEndHasSpansThatEnd_OBS1) {
  auto scenario = judged({user("hi"), agent()});
  scenario.judge = {};
  scenario.agent = ParticipantSpec([](AgentInput) -> Task<AgentReply> {
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    asio::steady_timer never(co_await asio::this_coro::executor, std::chrono::steady_clock::time_point::max());
    co_await never.async_wait(use_task);
    co_return "never";
  });
  const TracedScenario run(std::move(scenario));
  for (const auto& span : run.spans) EXPECT_TRUE(span.ended) << span.name;
}

}  // namespace
}  // namespace antiphon
