#include <gtest/gtest.h>

#include "antiphon/result/result.hpp"
#include "antiphon/result/statistics.hpp"

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

std::vector<ScenarioResult> blamed(std::vector<ScenarioResult> list, Party party, std::size_t from = 0) {
  for (auto i = from; i < list.size(); ++i) list[i].fault = Fault{.party = party};
  return list;
}

TEST(ResultSummary, CountsSpoiledRunsByWhomAndGivesTheRateWithoutThem_SCN101) {
  // 9 passed, 3 failed (two of them the agent's, one the user's), 1 error of a provider, 1 undecided by the judge: as in the approved page.
  auto list = results(9, 3, 1, 1);
  list[9].fault = list[10].fault = Fault{.party = Party::agent};
  list[11].fault = Fault{.party = Party::simulated_user};
  list[12].fault = Fault{.party = Party::provider};
  list[13].fault = Fault{.party = Party::judge};
  const auto summary = summarize(list);
  EXPECT_EQ(summary.spoiled, 3u);
  EXPECT_EQ(summary.spoiled_decided, 1u);
  EXPECT_EQ(summary.faults, (std::map<Party, std::size_t>{{Party::agent, 2}, {Party::simulated_user, 1}, {Party::judge, 1}, {Party::provider, 1}}));
  EXPECT_EQ(summary.pass_rate->n, 12u);
  ASSERT_TRUE(summary.pass_rate_without_spoiled);
  EXPECT_EQ(summary.pass_rate_without_spoiled->n, 11u);
  // R: prop.test(9, 11, correct = FALSE)$conf.int
  EXPECT_NEAR(summary.pass_rate_without_spoiled->low, 0.5230, 1e-4);
  EXPECT_NEAR(summary.pass_rate_without_spoiled->high, 0.9486, 1e-4);
}

TEST(ResultSummary, APassedRunIsNeverSpoiled_SCN101) {
  EXPECT_EQ(summarize(blamed(results(2, 0, 0, 0, 1), Party::provider)).spoiled, 0u);
  EXPECT_FALSE(summarize(blamed(results(0, 2, 0, 0), Party::judge)).pass_rate_without_spoiled);
}

TEST(ResultSummary, CountsWhatWasReplacedByWhoSpoiledIt_SCN101) {
  const auto spoiled = [](Party party) { return ScenarioResult{.replaced = true, .outcome = RunOutcome::error, .fault = Fault{.party = party}}; };
  auto list = results(2, 0, 1, 0);
  list[0].earlier = {spoiled(Party::provider), spoiled(Party::judge)};
  list[2].fault = Fault{.party = Party::provider};
  list[2].earlier = {spoiled(Party::provider)};
  const auto summary = summarize(list);
  EXPECT_EQ(summary.replaced.runs, 2u);
  EXPECT_EQ(summary.replaced.attempts, 3u);
  EXPECT_EQ(summary.replaced.by, (std::map<Party, std::size_t>{{Party::judge, 1}, {Party::provider, 2}}));
  EXPECT_EQ(summary.replaced.still_spoiled, 1u);
  EXPECT_EQ(summary.flaky, 0u);
}

TEST(Repeats, AReplacedAttemptIsNoFirstAttempt_SCN101) {
  auto list = results(1, 0, 0, 0);
  list[0].earlier = {{.replaced = true, .outcome = RunOutcome::failed}, {.outcome = RunOutcome::failed}};
  EXPECT_EQ(summarize_repeats(list).scenarios.at(0).passed, 0u);
  list[0].earlier.pop_back();
  EXPECT_EQ(summarize_repeats(list).scenarios.at(0).passed, 1u);
}

TEST(ExitCode, SpoiledRunsDecideNothingWhenTheyAreExcluded_SCN101) {
  BatchResult batch{.exclude_spoiled = true, .scenarios = blamed(results(3, 1, 1, 1), Party::provider, 3)};
  EXPECT_EQ(exit_code(batch), 0);
  batch.scenarios[3].fault->party = Party::agent;
  EXPECT_EQ(exit_code(batch), 1);
  batch.exclude_spoiled = false;
  EXPECT_EQ(exit_code(batch), 3);
}

TEST(ExitCode, IsNotGreenWhereEveryRunWasSpoiled_SCN101) {
  EXPECT_EQ(exit_code({.exclude_spoiled = true, .scenarios = blamed(results(0, 0, 2, 0, 1), Party::provider)}), 3);
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
