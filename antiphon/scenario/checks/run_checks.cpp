#include <algorithm>

#include "antiphon/base/text.hpp"
#include "antiphon/scenario/checks/evaluators.hpp"

namespace antiphon::checks {

void compare(CheckResult& result, const std::vector<PercentileLimit>& limits, const std::optional<Latency>& latency) {
  constexpr double rounding = 1e-9;  // seconds as doubles against whole nanoseconds
  json::object expected, found;
  result.passed = latency.has_value();
  for (const auto& [name, limit, measured] : limits) {
    if (!limit) continue;
    expected[name] = to_seconds(*limit);
    if (!latency) continue;
    found[name] = *latency.*measured;
    result.passed = result.passed && *latency.*measured <= to_seconds(*limit) + rounding;
  }
  result.expected = std::move(expected);
  if (!latency) return;  // nothing was measured: found stays null
  found["n"] = latency->n;
  result.found = std::move(found);
}

CheckResult evaluate(const TurnsCheck& check, const CheckScope& scope) {
  CheckResult result{.found = scope.turns};
  json::object expected;
  if (check.at_least) expected["at_least"] = *check.at_least;
  if (check.at_most) expected["at_most"] = *check.at_most;
  result.expected = std::move(expected);
  result.passed = scope.turns <= check.at_most.value_or(scope.turns) && scope.turns >= check.at_least.value_or(scope.turns);
  return result;
}

CheckResult evaluate(const LatencyCheck& check, const CheckScope& scope) {
  CheckResult result;
  compare(result, {{"p50", check.p50, &Latency::p50}, {"p95", check.p95, &Latency::p95}, {"p99", check.p99, &Latency::p99}, {"max", check.max, &Latency::max}},
          summarize_latency({scope.answer_s.begin(), scope.answer_s.end()}));
  return result;
}

CheckResult evaluate(const CompletedCheck& check, const CheckScope& scope) {
  CheckResult result{.passed = true, .expected = json::array(check.slots.begin(), check.slots.end())};
  const auto* completed = scope.user_report.if_contains("completed");
  if (!completed || !completed->is_object()) {
    result.passed = false;  // no user that has slots took part
    return result;
  }
  json::array found;
  for (const auto& slot : check.slots) {
    const auto* answer = find(*completed, slot);
    result.passed = result.passed && answer;
    if (!answer) continue;
    json::object shown{{"name", slot}};
    if (const auto* value = find(*answer, "value")) shown["value"] = *value;
    found.push_back(std::move(shown));
    if (const auto message = find_number(*answer, "message")) place(result, scope, static_cast<std::size_t>(std::max(*message, 0.0)));
  }
  result.found = std::move(found);
  return result;
}

}  // namespace antiphon::checks
