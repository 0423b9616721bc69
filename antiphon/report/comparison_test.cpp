#include <gmock/gmock.h>

#include "antiphon/report/approved_test.hpp"
#include "antiphon/report/comparison_lines.hpp"

namespace antiphon {
namespace {

// The sample twice, the second time worse, with something lost and something new.
Comparison sample_comparison() {
  const auto before = sample_batch();
  auto after = before;
  std::size_t i = 0;
  for (auto& scenario : after.scenarios) {
    for (auto& seconds : scenario.answer_s) seconds *= 1.5;
    if (scenario.not_run) continue;
    if (scenario.success() && ++i == 1)
      scenario.outcome = RunOutcome::failed;
    else if (scenario.outcome == RunOutcome::failed)
      scenario.outcome = i == 1 ? RunOutcome::error : RunOutcome::passed, i = 2;
  }
  after.scenarios.push_back({.id = "a new one \x1b[31m", .outcome = RunOutcome::passed});
  return compare(before, after);
}

TEST(ComparisonLines, LookAsApproved_PRD22) {
  expect_approved("compare.txt", comparison_lines(sample_comparison(), Style({.width = 80, .utf8 = true})));
  expect_approved("compare-colour.txt", visible(comparison_lines(sample_comparison(), Style({.out_tty = true, .width = 80, .colour = true, .utf8 = true}))));
  expect_approved("compare-ascii.txt", comparison_lines(sample_comparison(), Style({.width = 80})));
}

}  // namespace
}  // namespace antiphon
