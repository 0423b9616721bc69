#include "antiphon/report/agreement_lines.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/result/sample_test.hpp"

namespace antiphon {
namespace {

using enum CriterionStatus;
using testing::HasSubstr;
using testing::IsEmpty;

const Style plain({.utf8 = true}), in_ascii({.utf8 = false});

CriterionResult backed(const std::string& criterion, std::optional<double> kappa, CriterionStatus status = failed) {
  return {.criterion = criterion, .status = status, .agreement = JudgeAgreement{.n = 34, .agreed = 30, .kappa = kappa, .low = -0.05, .high = 0.9}};
}

BatchResult batch_with(std::vector<CriterionResult> criteria) {
  ScenarioResult result{.id = "s", .outcome = RunOutcome::failed};
  result.criteria = std::move(criteria);
  return batch_of({result, result});
}

TEST(AgreementLines, StandBesideVerdictsThatSomebodyMustRead_SCN103) {
  const auto batch = batch_with({backed("It asks.", 0.5), backed("It greets.", 0.5, passed), {.criterion = "Nobody labelled it.", .status = failed}});
  EXPECT_EQ(agreement_lines(batch.scenarios[0], plain, 0), "  judge: κ 0.50 (−0.05 to 0.90), n = 34 on \"It asks.\"\n");
  EXPECT_EQ(agreement_lines(batch.scenarios[0], in_ascii, 0), "  judge: kappa 0.50 (-0.05 to 0.90), n = 34 on \"It asks.\"\n");
  EXPECT_EQ(agreement_lines(batch.scenarios[0], plain, 40), "  judge: κ 0.50 (−0.05 to 0.90), n = 34\n  on \"It asks.\"\n");
}

TEST(AgreementLines, OfABatchBeginWithTheLeastBelieved_SCN103) {
  std::vector<CriterionResult> criteria{backed("undefined", std::nullopt)};
  for (int i = 0; i < 6; ++i) criteria.push_back(backed("c" + std::to_string(i), 0.9 - 0.1 * i));
  criteria.back().judged = passed, criteria.back().agreement->floor = 0.5;
  const auto text = judge_lines(batch_with(criteria), plain);
  EXPECT_THAT(text, testing::StartsWith("judge      κ 0.40 (−0.05 to 0.90), n = 34, below the floor 0.5: abstained 2 times: c5\n           κ 0.50"));
  EXPECT_THAT(text, HasSubstr("           and 2 more in the report\n"));
  EXPECT_THAT(judge_lines(batch_of({full()}), plain), HasSubstr("asks"));
  EXPECT_THAT(judge_lines(batch_with({{.criterion = "x"}}), plain), IsEmpty());
}

TEST(AgreementReport, TellsFiguresTablesPeopleAndDisagreements_SCN103) {
  std::vector<Label> labels;
  for (int i = 0; i < 12; ++i)
    for (const auto* author : {"ann", "bob"})
      labels.push_back({.batch_id = "b",
                        .run_id = "run_" + std::to_string(i),
                        .criterion = "It asks.",
                        .verdict = i < 6 ? passed : failed,
                        .reason = "so it \x1b[31mis",
                        .author = author,
                        .at = "2026-11-26T09:00:00.000Z",
                        .scenario = "refund",
                        .judged = JudgedVerdict{i < 5 ? passed : failed, {.hash = "0123456789abcdef", .model = "m"}}});
  const auto text = agreement_report(measure_agreement(labels), plain);
  EXPECT_THAT(text, HasSubstr("24 labels of 2 people on 12 verdicts\n"));
  EXPECT_THAT(text, HasSubstr("It asks.                                  κ 0.83 ("));
  EXPECT_THAT(text, HasSubstr("agreed 92 % of 12\n    judge m 0123456789abcdef\n"));
  EXPECT_THAT(text, HasSubstr("    people / judge    passed  failed  inconclusive\n    passed                 5       1             0\n"));
  EXPECT_THAT(text, HasSubstr("ann and bob                               κ 1.00 ("));
  EXPECT_THAT(text,
              HasSubstr("disagreements\n  It asks.\n    refund run_5\n    the judge: failed\n    ann: passed, so it \xEF\xBF\xBD[31mis\n    bob: passed"));
}

}  // namespace
}  // namespace antiphon
