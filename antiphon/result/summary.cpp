#include <algorithm>
#include <cmath>
#include <numeric>

#include "antiphon/result/result.hpp"

namespace antiphon {

namespace {

constexpr double z95 = 1.959963984540054;  // 97.5th percentile of the normal distribution

// E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927: stays inside 0..1 and holds for small n.
ResultSummary::Rate wilson(std::size_t passed, std::size_t n) {
  const double count = static_cast<double>(n), p = static_cast<double>(passed) / count, z2 = z95 * z95;
  const double middle = p + z2 / (2 * count), half = z95 * std::sqrt(p * (1 - p) / count + z2 / (4 * count * count)), scale = 1 + z2 / count;
  return {.value = p, .low = std::max(0.0, (middle - half) / scale), .high = std::min(1.0, (middle + half) / scale), .n = n};
}

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

ResultSummary summarize(const std::vector<ScenarioResult>& scenarios) {
  ResultSummary summary;
  for (const auto& result : scenarios) ++counter(summary, result);
  summary.total = scenarios.size();
  if (const auto decided = summary.passed + summary.failed) summary.pass_rate = wilson(summary.passed, decided);
  return summary;
}

int exit_code(const BatchResult& batch) {
  const auto summary = summarize(batch.scenarios);
  if (batch.interrupted) return 130;
  if (summary.error) return 3;
  return summary.failed || summary.inconclusive ? 1 : 0;
}

}  // namespace antiphon
