#include <algorithm>
#include <cmath>
#include <numeric>

#include "antiphon/result/result.hpp"
#include "antiphon/result/statistics.hpp"

namespace antiphon {

namespace {

std::size_t& counter(ResultSummary& summary, const ScenarioResult& result) {
  if (result.not_run) return summary.not_run;
  switch (result.outcome) {
    case RunOutcome::passed: return summary.passed;
    case RunOutcome::failed: return summary.failed;
    case RunOutcome::inconclusive: return summary.inconclusive;
    case RunOutcome::error: break;
  }
  return summary.error;
}

}  // namespace

std::optional<Latency> summarize_latency(std::vector<double> seconds) {
  if (seconds.empty()) return std::nullopt;
  std::sort(seconds.begin(), seconds.end());
  const auto n = seconds.size();
  const auto rank = [&](std::size_t percent) { return seconds[(percent * n + 99) / 100 - 1]; };  // nearest rank, in whole numbers
  return Latency{.n = n,
                 .p50 = rank(50),
                 .p95 = rank(95),
                 .p99 = rank(99),
                 .max = seconds.back(),
                 .average = std::accumulate(seconds.begin(), seconds.end(), 0.0) / static_cast<double>(n)};
}

ResultSummary::Rate wilson_rate(std::size_t passed, std::size_t n) { return wilson(static_cast<double>(passed), n); }

namespace {

std::optional<ResultSummary::Rate> rate_of(std::size_t passed, std::size_t n) { return n > 0 ? std::optional(wilson_rate(passed, n)) : std::nullopt; }

bool is_decided(const ScenarioResult& result) { return !result.not_run && (result.outcome == RunOutcome::passed || result.outcome == RunOutcome::failed); }

void count_fault(ResultSummary& summary, const ScenarioResult& result) {
  if (result.not_run || result.success() || !result.fault) return;
  ++summary.faults[result.fault->party];
  if (!result.spoiled()) return;
  ++summary.spoiled;
  if (is_decided(result)) ++summary.spoiled_decided;
}

void count_replaced(ResultSummary& summary, const ScenarioResult& result) {
  std::size_t attempts = 0;
  for (const auto& attempt : result.earlier) {
    if (!attempt.replaced) continue;
    ++attempts;
    if (attempt.fault) ++summary.replaced.by[attempt.fault->party];
  }
  if (attempts == 0) return;
  ++summary.replaced.runs, summary.replaced.attempts += attempts;
  if (result.spoiled()) ++summary.replaced.still_spoiled;
}

int code_of(const std::vector<ScenarioResult>& scenarios) {
  const auto summary = summarize(scenarios);
  if (summary.error) return 3;
  return summary.failed || summary.inconclusive ? 1 : 0;
}

}  // namespace

ResultSummary summarize(const std::vector<ScenarioResult>& scenarios) {
  ResultSummary summary;
  for (const auto& result : scenarios) {
    ++counter(summary, result);
    count_fault(summary, result);
    count_replaced(summary, result);
    if (!result.not_run && result.flaky()) ++summary.flaky;
  }
  summary.total = scenarios.size();
  const auto decided = summary.passed + summary.failed;
  summary.pass_rate = rate_of(summary.passed, decided);
  summary.pass_rate_without_spoiled = rate_of(summary.passed, decided - summary.spoiled_decided);
  return summary;
}

int exit_code(const BatchResult& batch) {
  if (batch.interrupted) return 130;
  if (!batch.exclude_spoiled) return code_of(batch.scenarios);
  std::vector<ScenarioResult> counted;
  for (const auto& result : batch.scenarios)
    if (!result.spoiled()) counted.push_back(result);
  // Where nothing else was rehearsed, a green answer would be a lie.
  const bool any = std::any_of(counted.begin(), counted.end(), [](const auto& result) { return !result.not_run; });
  return code_of(any ? counted : batch.scenarios);
}

}  // namespace antiphon
