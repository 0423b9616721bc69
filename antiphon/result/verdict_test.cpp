#include "antiphon/result/verdict.hpp"

#include <gtest/gtest.h>

namespace antiphon {
namespace {

CriterionResult criterion(CriterionStatus status) { return {.criterion = "c", .status = status}; }

TEST(Verdict, IsPassedOnlyWhenEveryCriterionIsMet_SCN31) {
  EXPECT_EQ((Verdict{.criteria = {criterion(CriterionStatus::passed), criterion(CriterionStatus::passed)}}.decide()), RunOutcome::passed);
  EXPECT_EQ((Verdict{.criteria = {criterion(CriterionStatus::passed), criterion(CriterionStatus::inconclusive)}}.decide()), RunOutcome::inconclusive);
}

TEST(Verdict, FailsBeforeItIsUndecided_SCN31) {
  EXPECT_EQ((Verdict{.criteria = {criterion(CriterionStatus::inconclusive), criterion(CriterionStatus::failed)}}.decide()), RunOutcome::failed);
}

TEST(Verdict, CannotOverruleItsCriteria_SCN31) {
  EXPECT_EQ((Verdict{.criteria = {criterion(CriterionStatus::failed)}, .outcome = RunOutcome::passed}.decide()), RunOutcome::failed);
}

TEST(Verdict, WithoutCriteriaIsWhatACustomJudgeSaysElseUndecided_SCN31) {
  EXPECT_EQ(Verdict{.outcome = RunOutcome::passed}.decide(), RunOutcome::passed);
  EXPECT_EQ(Verdict{}.decide(), RunOutcome::inconclusive);
}

TEST(RunOutcome, IsReadByTheNameItIsWrittenWith) {
  for (const auto outcome : {RunOutcome::passed, RunOutcome::failed, RunOutcome::error, RunOutcome::inconclusive})
    EXPECT_EQ(run_outcome_from(to_string(outcome)), outcome);
  EXPECT_EQ(run_outcome_from("success"), std::nullopt);
}

}  // namespace
}  // namespace antiphon
