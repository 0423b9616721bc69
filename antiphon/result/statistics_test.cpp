#include "antiphon/result/statistics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace antiphon {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;

// R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998), table I, method 3.
TEST(Wilson, GivesThePublishedIntervals_SCN104) {
  const struct {
    double passed;
    std::size_t n;
    double low, high;
  } rows[] = {{81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0.0, 0.1611}, {1, 29, 0.0061, 0.1718}};
  for (const auto& row : rows) {
    const auto share = wilson(row.passed, row.n);
    EXPECT_NEAR(share.low, row.low, 5e-5) << row.n;
    EXPECT_NEAR(share.high, row.high, 5e-5) << row.n;
  }
}

TEST(Wilson, OfNoneAndAllEndsExactlyThere_SCN104) {
  for (std::size_t n = 1; n < 200; ++n) {
    EXPECT_EQ(wilson(0, n).low, 0.0) << n;
    EXPECT_EQ(wilson(static_cast<double>(n), n).high, 1.0) << n;
  }
}

TEST(PassHat, CountsTheWaysToDrawPassesAlone_SCN104) {
  EXPECT_DOUBLE_EQ(pass_hat(4, 2, 1), 0.5);
  EXPECT_DOUBLE_EQ(pass_hat(4, 2, 2), 1.0 / 6);
  EXPECT_DOUBLE_EQ(pass_hat(8, 6, 3), 20.0 / 56);
  EXPECT_DOUBLE_EQ(pass_hat(4, 4, 4), 1);
  EXPECT_DOUBLE_EQ(pass_hat(4, 2, 3), 0);
}

// Two-sided exact binomial tails, such as every table of the sign test holds.
TEST(McNemar, GivesTheTailsOfTheSignTest_SCN104) {
  EXPECT_DOUBLE_EQ(mcnemar_exact(0, 0), 1);
  EXPECT_NEAR(mcnemar_exact(5, 0), 0.0625, 1e-12);
  EXPECT_NEAR(mcnemar_exact(6, 0), 0.03125, 1e-12);
  EXPECT_NEAR(mcnemar_exact(8, 2), 0.109375, 1e-12);
  EXPECT_NEAR(mcnemar_exact(2, 8), 0.109375, 1e-12);
  EXPECT_NEAR(mcnemar_exact(12, 2), 0.012939453125, 1e-12);
  EXPECT_DOUBLE_EQ(mcnemar_exact(3, 3), 1);
}

TEST(Resampling, IsTheSameForTheSameValuesAndCoversTheMean_SCN104) {
  std::vector<double> values;
  for (int i = 0; i < 100; ++i) values.push_back(i % 2);
  const auto once = resampled_mean(values), twice = resampled_mean(values);
  EXPECT_DOUBLE_EQ(once.value, 0.5);
  EXPECT_NEAR(once.low, 0.4, 0.015);  // 0.5 ± 1.96 · 0.05
  EXPECT_NEAR(once.high, 0.6, 0.015);
  EXPECT_EQ(once.low, twice.low);
  const auto constant = resampled_mean({0.3, 0.3, 0.3});
  EXPECT_NEAR(constant.low, 0.3, 1e-12);
  EXPECT_NEAR(constant.high, 0.3, 1e-12);
}

ScenarioResult run_of(const std::string& id, int repeat, RunOutcome outcome) {
  return {.id = repeat > 1 ? id + " #" + std::to_string(repeat) : id, .repeat = repeat, .outcome = outcome};
}

TEST(Repeats, GivePassHatPerScenarioAndForTheSuite_SCN104) {
  using enum RunOutcome;
  const auto summary = summarize_repeats({run_of("a", 1, passed), run_of("a", 2, passed), run_of("a", 3, failed), run_of("a", 4, failed),
                                          run_of("b", 1, passed), run_of("b", 2, passed), run_of("b", 3, passed), run_of("b", 4, error)});
  ASSERT_EQ(summary.scenarios.size(), 2U);
  EXPECT_TRUE(summary.repeated);
  const auto &a = summary.scenarios[0], &b = summary.scenarios[1];
  EXPECT_THAT(a.pass_hat, ElementsAre(0.5, DoubleNear(1.0 / 6, 1e-12), 0, 0));
  EXPECT_EQ(b.runs, 4U);
  EXPECT_EQ(b.n, 3U);
  EXPECT_THAT(b.pass_hat, ElementsAre(1, 1, 1));
  ASSERT_EQ(summary.pass_hat.size(), 4U);
  EXPECT_DOUBLE_EQ(summary.pass_hat[0].share.value, 0.75);  // pass@1: every scenario weighs the same
  EXPECT_EQ(summary.pass_hat[0].share.n, 2U);
  EXPECT_DOUBLE_EQ(summary.pass_hat[1].share.value, (1.0 / 6 + 1) / 2);
  EXPECT_EQ(summary.pass_hat[3].share.n, 1U);  // b was decided three times only
}

TEST(Repeats, CountFirstAttempts_SCN104) {
  auto retried = run_of("a", 1, RunOutcome::passed);
  retried.attempt = 2;
  retried.earlier = {run_of("a", 1, RunOutcome::failed)};
  const auto summary = summarize_repeats({retried, run_of("a", 2, RunOutcome::passed)});
  EXPECT_EQ(summary.scenarios[0].passed, 1U);
  EXPECT_DOUBLE_EQ(summary.pass_hat[0].share.value, 0.5);
  EXPECT_FALSE(summarize_repeats({run_of("a", 1, RunOutcome::passed)}).repeated);
}

TEST(Repeats, OfNothingDecidedHaveNoFigures_SCN104) {
  const auto summary = summarize_repeats({run_of("a", 1, RunOutcome::error), run_of("a", 2, RunOutcome::inconclusive)});
  EXPECT_TRUE(summary.pass_hat.empty());
  EXPECT_TRUE(to_json(summary).at("pass_at_1").is_null());
  EXPECT_TRUE(to_json(summary).at("scenarios").at(0).at("pass_rate").is_null());
}

}  // namespace
}  // namespace antiphon
