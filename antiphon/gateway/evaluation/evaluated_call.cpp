#include "antiphon/gateway/evaluation/evaluated_call.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "antiphon/base/limit.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/gateway/dialogue/prompt.hpp"

namespace antiphon::gateway {

namespace {

std::string names_of(const std::vector<ToolResult>& tools) {
  std::vector<std::string> names;
  for (const auto& tool : tools) names.push_back(tool.tool + (tool.ok ? "" : " (which failed)"));
  return names.empty() ? "none" : join(names, ", ");
}

}  // namespace

EvaluatedCall::EvaluatedCall(Runtime& runtime, Dialogue& dialogue, EvaluationScenario scenario, std::string session_id, EvaluatedCallSettings settings)
    : runtime_(runtime), dialogue_(dialogue), settings_(settings) {
  session_.id = std::move(session_id);
  session_.caller_id = scenario.caller_id;
  if (!scenario.locale.empty()) session_.locale = scenario.locale;
  session_.authenticated = scenario.authenticated;
  result_.scenario = std::move(scenario);
  if (auto* intake = dialogue_.intake()) intake->attach([this](std::string text) { floors_.push(std::move(text)); });
}

Task<ScenarioEvaluation> EvaluatedCall::play() {
  if (const auto greeting = dialogue_.greeting(session_); !greeting.empty()) session_.messages.append(Message::assistant(greeting));
  for (const auto& line : result_.scenario.turns) {
    auto turn = co_await play_turn(line);
    result_.turns.push_back(std::move(turn));
  }
  co_return std::move(result_);
}

void EvaluatedCall::fail(TurnEvaluation& result, std::string error) {
  result.errors.push_back(std::move(error));
  if (result_.outcome == ScenarioEvaluation::Outcome::passed) result_.outcome = ScenarioEvaluation::Outcome::failed;
}

Task<TurnEvaluation> EvaluatedCall::play_turn(EvaluationTurn line) {
  TurnEvaluation result;
  if (over_since_ > 0) {
    result.said = false;
    // Whoever is with a person stays there, as the reference has it.
    if (!session_.escalated || !line.expect_escalation.value_or(false) || line.expect_tool)
      fail(result, fmt::format("it could not be said: the call was over after turn {}", over_since_));
    co_return result;
  }
  auto floor = co_await floor_after(line, result);
  if (floor) co_await respond(std::move(*floor), result);
  if (!floor && line.wait) fail(result, "it was not answered");
  judge(line, result);
  co_return result;
}

/// What the dialogue has to answer; nullopt where it waits for more.
Task<std::optional<std::string>> EvaluatedCall::floor_after(const EvaluationTurn& line, TurnEvaluation& result) {
  auto* intake = dialogue_.intake();
  if (!line.keys.empty()) {
    result.user = fmt::format("[{} keys]", line.keys.size());
    if (intake) intake->press(line.keys);
  } else {
    auto taken = intake ? intake->take(line.user, runtime_.clock.now()) : Intake::Taken{line.user};
    result.user = taken.text;
    if (taken.answer) co_return std::move(taken.text);
  }
  if (auto floor = floors_.try_pop()) co_return floor;
  if (!line.wait) co_return std::nullopt;
  try {
    co_return co_await floors_.pop(runtime_.clock, Deadline::after(runtime_.clock, settings_.silence), Error(ErrorKind::timeout, "not answered"));
  } catch (const Error&) {}
  co_return std::nullopt;
}

Task<> EvaluatedCall::respond(std::string text, TurnEvaluation& result) {
  session_.turns.push_back({.id = static_cast<int>(session_.turns.size()) + 1, .user_text = text});
  session_.messages.append(Message::user(text));
  const auto known = session_.messages.size();
  const AnswerSink sink{.say = [&result](std::string sentence) { append_words(result.agent, sentence); }};
  auto after = AfterAnswer::go_on;
  std::optional<Error> failed;
  try {
    after = co_await at_most(runtime_.clock, Deadline::after(runtime_.clock, settings_.turn_limit), dialogue_.answer(session_, sink),
                             Error(ErrorKind::timeout, fmt::format("there was no answer within {}", format_duration(settings_.turn_limit))));
  } catch (const Error& error) {
    failed = error;
  }
  if (failed) {
    ++session_.consecutive_failures;
    append_words(result.agent, dialogue_.apology(session_));
    result.errors.push_back("the dialogue failed, and the caller hears an apology: " + failed->message());
    result_.outcome = ScenarioEvaluation::Outcome::error;
  }
  for (auto i = known; i < session_.messages.size(); ++i)
    for (auto& call : session_.messages[i].tool_calls()) result.calls.push_back(std::move(call));
  finish(after, result);
}

void EvaluatedCall::finish(AfterAnswer after, TurnEvaluation& result) {
  const auto number = static_cast<int>(session_.turns.size());
  if (number >= settings_.most_turns && after == AfterAnswer::go_on) {
    session_.escalated = EscalationReason::turn_limit;
    after = AfterAnswer::escalate;
  }
  auto& turn = session_.turns.back();
  result.tools = turn.tools;
  result.latency = turn.latency;
  if (after == AfterAnswer::escalate) result.escalated = session_.escalated.value_or(EscalationReason::policy);
  result.ended = after == AfterAnswer::end_call;
  if (after != AfterAnswer::go_on) {
    append_words(result.agent, dialogue_.goodbye(session_, after));
    over_since_ = static_cast<int>(result_.turns.size()) + 1;
  }
  turn.heard_text = result.agent;
  if (!result.agent.empty()) session_.messages.append(Message::assistant(result.agent));
}

void EvaluatedCall::judge(const EvaluationTurn& line, TurnEvaluation& result) {
  const auto called = [&result](std::string_view name) {
    if (name == end_call_tool) return result.ended;
    return std::ranges::any_of(result.tools, [name](const ToolResult& tool) { return tool.tool == name; });
  };
  if (line.expect_tool && !called(*line.expect_tool))
    fail(result, fmt::format("expected a call of {}; the tools called were: {}", *line.expect_tool, names_of(result.tools)));
  if (line.expect_no_tool && !result.tools.empty()) fail(result, fmt::format("expected no call of a tool; the tools called were: {}", names_of(result.tools)));
  if (line.expect_escalation == true && !session_.escalated) fail(result, "expected the caller to go to a person, who did not");
  if (line.expect_escalation == false && result.escalated)
    fail(result, fmt::format("expected the caller to stay, who went to a person ({})", to_string(*result.escalated)));
  for (const auto& text : line.contains)
    if (!contains_ignoring_case(result.agent, text)) fail(result, fmt::format("expected {} in the answer", quote(text)));
  for (const auto& text : line.not_contains)
    if (contains_ignoring_case(result.agent, text)) fail(result, fmt::format("expected no {} in the answer", quote(text)));
}

}  // namespace antiphon::gateway
