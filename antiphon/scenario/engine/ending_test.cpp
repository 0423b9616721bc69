#include "antiphon/scenario/engine/ending.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace antiphon {
namespace {

using testing::HasSubstr;

CheckResult check(bool passed) { return {.kind = "contains", .passed = passed, .expected = "order number", .found = "hello"}; }
CriterionResult criterion(std::string text, CriterionStatus status) { return {.criterion = std::move(text), .reasoning = "because", .status = status}; }

struct Case {
  Ending ending;
  std::vector<CriterionResult> criteria;
  std::vector<CheckResult> checks;
  std::vector<bool> broken;
  std::vector<std::string> unsaid;
  Decision decide() const {
    auto flags = broken;
    flags.resize(checks.size());
    return antiphon::decide({ending, criteria, checks, flags, unsaid});
  }
};

TEST(Outcome, WithoutAJudgeItPassesWhenEveryCheckHeld_SCN18) {
  EXPECT_EQ((Case{.checks = {check(true), check(true)}}).decide().outcome, RunOutcome::passed);
  EXPECT_EQ((Case{.checks = {check(true), check(false)}}).decide().outcome, RunOutcome::failed);
}

TEST(Outcome, NothingAssertedIsInconclusiveAndSaysHowToConclude_SCN18) {
  const auto decision = Case{}.decide();
  EXPECT_EQ(decision.outcome, RunOutcome::inconclusive);
  EXPECT_THAT(decision.reasoning, HasSubstr("nothing was asserted"));
  EXPECT_THAT(decision.reasoning, HasSubstr("add a check"));
}

TEST(Outcome, SucceedPassesOnlyWhenChecksHold_SCN15) {
  EXPECT_EQ((Case{.ending = {.kind = Ending::Kind::succeeded}}).decide().outcome, RunOutcome::passed);
  EXPECT_EQ((Case{.ending = {.kind = Ending::Kind::succeeded}, .checks = {check(false)}}).decide().outcome, RunOutcome::failed);
}

TEST(Outcome, FailGivesItsReason_SCN15) {
  const auto decision = Case{.ending = {.kind = Ending::Kind::failed, .reason = "too rude"}}.decide();
  EXPECT_EQ(decision.outcome, RunOutcome::failed);
  EXPECT_EQ(decision.reasoning, "too rude");
}

TEST(Outcome, OneCriterionNotMetFailsAndNamesIt_SCN31) {
  const auto decision = Case{.ending = {.kind = Ending::Kind::verdict, .reason = "mixed"},
                             .criteria = {criterion("asks first", CriterionStatus::passed), criterion("no credit", CriterionStatus::failed)}}
                            .decide();
  EXPECT_EQ(decision.outcome, RunOutcome::failed);
  EXPECT_THAT(decision.reasoning, HasSubstr("no credit"));
  EXPECT_THAT(decision.reasoning, HasSubstr("because"));
}

TEST(Outcome, AnUndecidedCriterionIsInconclusiveUnlessSomethingFailed_SCN31) {
  Case undecided{.ending = {.kind = Ending::Kind::verdict},
                 .criteria = {criterion("a", CriterionStatus::passed), criterion("b", CriterionStatus::inconclusive)}};
  EXPECT_EQ(undecided.decide().outcome, RunOutcome::inconclusive);
  undecided.checks = {check(false)};
  EXPECT_EQ(undecided.decide().outcome, RunOutcome::failed);
}

TEST(Outcome, AVerdictThatPassesCannotOutweighABrokenCheck_SCN31) {
  EXPECT_EQ((Case{.ending = {.kind = Ending::Kind::verdict}, .criteria = {criterion("a", CriterionStatus::passed)}, .checks = {check(false)}}).decide().outcome,
            RunOutcome::failed);
}

TEST(Outcome, AnErrorStaysAnErrorWhateverTheChecksSay_SCN16) {
  const Case lost{.ending = {.kind = Ending::Kind::error, .error = RunError{Party::provider, "503 three times"}}, .checks = {check(false)}, .broken = {true}};
  EXPECT_EQ(lost.decide().outcome, RunOutcome::error);
  EXPECT_EQ(lost.decide().reasoning, "503 three times");
}

TEST(Outcome, AnAgentThatBreaksOffAfterAMeasuredViolationHasFailed) {
  Case dead{.ending = {.kind = Ending::Kind::error, .error = RunError{Party::agent, "it died"}}, .checks = {check(false)}, .broken = {true}};
  EXPECT_EQ(dead.decide().outcome, RunOutcome::failed);
  EXPECT_THAT(dead.decide().reasoning, HasSubstr("it died"));
  dead.broken = {false};  // merely missing
  EXPECT_EQ(dead.decide().outcome, RunOutcome::error);
}

TEST(Outcome, LinesThatMaxTurnsCutOffLeaveItInconclusive) {
  const auto decision = Case{.checks = {check(true)}, .unsaid = {"and my refund?"}}.decide();
  EXPECT_EQ(decision.outcome, RunOutcome::inconclusive);
  EXPECT_THAT(decision.reasoning, HasSubstr("and my refund?"));
}

}  // namespace
}  // namespace antiphon
