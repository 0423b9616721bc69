#include <gtest/gtest.h>

#include "antiphon/result/result.hpp"

namespace antiphon {
namespace {

std::vector<ScenarioResult> results(std::size_t passed, std::size_t failed, std::size_t error, std::size_t inconclusive, std::size_t not_run = 0) {
  std::vector<ScenarioResult> list;
  const auto add = [&](std::size_t n, RunOutcome outcome, bool skipped = false) {
    for (std::size_t i = 0; i < n; ++i) list.push_back({.not_run = skipped, .outcome = outcome});
  };
  add(passed, RunOutcome::passed);
  add(failed, RunOutcome::failed);
  add(error, RunOutcome::error);
  add(inconclusive, RunOutcome::inconclusive);
  add(not_run, RunOutcome::inconclusive, true);
  return list;
}

int code(std::vector<ScenarioResult> scenarios, bool interrupted = false) { return exit_code({.interrupted = interrupted, .scenarios = std::move(scenarios)}); }

TEST(ResultSummary, CountsEveryOutcomeApartAndAddsThemUp_SCN31) {
  const auto summary = summarize(results(3, 2, 1, 4, 5));
  EXPECT_EQ(summary.passed, 3u);
  EXPECT_EQ(summary.failed, 2u);
  EXPECT_EQ(summary.error, 1u);
  EXPECT_EQ(summary.inconclusive, 4u);
  EXPECT_EQ(summary.not_run, 5u);
  EXPECT_EQ(summary.total, 15u);
}

TEST(ResultSummary, LeavesUndecidedRunsOutOfTheRate_SCN31) {
  const auto rate = summarize(results(9, 3, 7, 5)).pass_rate;
  ASSERT_TRUE(rate);
  EXPECT_EQ(rate->n, 12u);
  EXPECT_DOUBLE_EQ(rate->value, 0.75);
  // R: prop.test(9, 12, correct = FALSE)$conf.int
  EXPECT_NEAR(rate->low, 0.4676947, 1e-6);
  EXPECT_NEAR(rate->high, 0.9110586, 1e-6);
}

TEST(ResultSummary, HasNoRateWhenNothingWasDecided_SCN31) { EXPECT_FALSE(summarize(results(0, 0, 2, 3)).pass_rate); }

TEST(ResultSummary, KeepsTheIntervalInsideZeroAndOne) {
  const auto all = summarize(results(4, 0, 0, 0)).pass_rate, none = summarize(results(0, 4, 0, 0)).pass_rate;
  EXPECT_DOUBLE_EQ(all->high, 1.0);
  EXPECT_NEAR(all->low, 0.510109, 1e-6);
  EXPECT_DOUBLE_EQ(none->low, 0.0);
}

TEST(Latency, TakesTheNearestRank) {
  std::vector<double> seconds;
  for (int i = 200; i >= 1; --i) seconds.push_back(i / 100.0);
  const auto latency = summarize_latency(seconds);
  ASSERT_TRUE(latency);
  EXPECT_EQ(latency->n, 200u);
  EXPECT_DOUBLE_EQ(latency->p50, 1.00);
  EXPECT_DOUBLE_EQ(latency->p95, 1.90);
  EXPECT_DOUBLE_EQ(latency->p99, 1.98);
  EXPECT_DOUBLE_EQ(latency->max, 2.00);
  EXPECT_NEAR(latency->average, 1.005, 1e-9);
}

TEST(Latency, OfOneAnswerIsThatAnswerAndOfNoneIsAbsent) {
  EXPECT_DOUBLE_EQ(summarize_latency({0.25})->p99, 0.25);
  EXPECT_FALSE(summarize_latency({}));
}

TEST(ExitCode, IsTheFirstThatApplies_PRD2) {
  EXPECT_EQ(code(results(3, 0, 0, 0)), 0);
  EXPECT_EQ(code(results(3, 1, 0, 0)), 1);
  EXPECT_EQ(code(results(3, 0, 0, 1)), 1);
  EXPECT_EQ(code(results(3, 1, 1, 1)), 3);
  EXPECT_EQ(code(results(3, 1, 1, 1), true), 130);
  EXPECT_EQ(code({}), 0);
}

}  // namespace
}  // namespace antiphon
