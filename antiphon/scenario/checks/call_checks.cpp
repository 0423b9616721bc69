#include "antiphon/scenario/checks/call_checks.hpp"

#include <algorithm>

#include "antiphon/base/text.hpp"
#include "antiphon/result/measures/figures.hpp"
#include "antiphon/result/measures/measures.hpp"
#include "antiphon/result/measures/spans.hpp"
#include "antiphon/scenario/checks/evaluators.hpp"

namespace antiphon::checks {

namespace {

constexpr double rounding = 1e-9;  // seconds as doubles against whole nanoseconds

// An agent that hung up has answered nothing, however short the time was.
bool was_asked_something(const CallRecord& call, const VoiceMeasures& measures) {
  using enum UserTurnOutcome;
  return voice::turns_that(measures, answered) + voice::turns_that(measures, overlapped) + voice::turns_that(measures, held) > 0 || call.agent_closed;
}

bool user_spoke(const CallRecord& call) { return !call.user_voiced.empty(); }

/// The answer that took longest to reach us.
const AgentTurn* slowest_answer(const CallRecord& call, const VoiceMeasures& measures) {
  const AgentTurn* slowest = nullptr;
  Duration longest{0};
  for (const auto& entry : measures.user_turns) {
    if (entry.outcome != UserTurnOutcome::answered || entry.premature) continue;
    const auto& turn = call.turns[*entry.agent_turn];
    const auto took = turn.received_start.value_or(turn.start) - voice::voice_end(call.utterances[entry.utterance]);
    if (!slowest || took > longest) slowest = &turn, longest = took;
  }
  return slowest;
}

// What our user had said last by then.
std::optional<std::size_t> message_before(const CallRecord& call, Duration at) {
  std::optional<std::size_t> message;
  for (const auto& utterance : call.utterances)
    if (utterance.sent && utterance.start <= at && utterance.message) message = utterance.message;
  return message;
}

// The longest of the spans that a figure sums up: where a listener should look.
void place_longest(CheckResult& result, const CheckScope& scope, const voice::Spans& spans) {
  if (const auto longest = voice::longest_of(spans)) place(result, scope, longest->start, message_before(*scope.call, longest->start));
}

CheckResult at_most(const CheckScope& scope, const std::string& name, Duration limit) {
  CheckResult result{.expected = json::object{{"at_most", to_seconds(limit)}}};
  const auto figure = figure_of(scope, name);
  if (!figure) return result;
  result.passed = figure->value <= to_seconds(limit) + rounding;
  result.found = json::object{{"seconds", figure->value}, {"n", figure->n}};
  return result;
}

}  // namespace

std::optional<Figure> figure_of(const CheckScope& scope, const std::string& name) {
  if (!scope.measures) return std::nullopt;
  const auto figure = scope.measures->figures.find(name);
  return figure == scope.measures->figures.end() ? std::nullopt : figure->second;
}

CheckResult evaluate(const TimeToFirstAudioCheck& check, const CheckScope& scope) {
  CheckResult result;
  const auto latency = scope.measures ? spoken_latency(scope.measures->latency.first_audio.seconds) : std::nullopt;
  compare(result, {{"p50", check.p50, &Latency::p50}, {"p95", check.p95, &Latency::p95}, {"p99", check.p99, &Latency::p99}, {"max", check.max, &Latency::max}},
          latency);
  if (!scope.call) return result;
  const auto unanswered = voice::turns_that(*scope.measures, UserTurnOutcome::held);
  if (unanswered > 0 && latency) result.found.get_object()["unanswered"] = unanswered;
  if (const auto* slowest = slowest_answer(*scope.call, *scope.measures)) place(result, scope, slowest->start, slowest->message);
  if (!latency && !was_asked_something(*scope.call, *scope.measures)) leave_undecided(result, Party::harness, "our user said nothing that waits for an answer");
  return result;
}

CheckResult evaluate(const SilenceCheck& check, const CheckScope& scope) {
  auto result = at_most(scope, "longest_wait_s", check.at_most);
  if (!scope.call) return result;
  place_longest(result, scope, voice::waits(*scope.call, *scope.measures));
  if (result.found.is_null()) leave_undecided(result, Party::harness, "nobody spoke");
  return result;
}

CheckResult evaluate(const OverlapCheck& check, const CheckScope& scope) {
  auto result = at_most(scope, "talk_over_s", check.at_most);
  if (!scope.call) return result;
  place_longest(result, scope, voice::talk_over(*scope.call, *scope.measures));
  if (result.found.is_null() && !user_spoke(*scope.call)) leave_undecided(result, Party::harness, "our user never spoke");
  return result;
}

CheckResult evaluate(const TalkRatioCheck& check, const CheckScope& scope) {
  json::object expected;
  if (check.at_least) expected["at_least"] = *check.at_least;
  if (check.at_most) expected["at_most"] = *check.at_most;
  CheckResult result{.expected = std::move(expected)};
  const auto figure = figure_of(scope, "talk_ratio");
  if (!figure) {
    if (scope.call) leave_undecided(result, Party::harness, "our user never spoke");
    return result;
  }
  result.passed = figure->value >= check.at_least.value_or(figure->value) && figure->value <= check.at_most.value_or(figure->value);
  result.found = json::object{{"ratio", figure->value}, {"n", figure->n}};
  return result;
}

}  // namespace antiphon::checks
