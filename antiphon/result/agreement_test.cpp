#include "antiphon/result/agreement.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace antiphon {
namespace {

using enum CriterionStatus;
using testing::ElementsAre;

std::vector<VerdictPair> pairs_of(const VerdictTable& table, std::size_t per_cluster = 1) {
  std::vector<VerdictPair> pairs;
  for (const auto first : {passed, failed, inconclusive})
    for (const auto second : {passed, failed, inconclusive})
      for (std::size_t i = 0; i < table.counts[static_cast<std::size_t>(first)][static_cast<std::size_t>(second)]; ++i)
        pairs.push_back({first, second, "s" + std::to_string(pairs.size() / per_cluster)});
  return pairs;
}

AgreementFigure figure(const VerdictTable& table) { return measure_agreement(pairs_of(table)); }

// Figures of scikit-learn 1.9.1 (cohen_kappa_score) for the same pairs; statsmodels 0.15.0 (cohens_kappa) gives the same ones.
TEST(Agreement, KappaIsWhatScikitLearnGives_SCN103) {
  EXPECT_DOUBLE_EQ(*cohens_kappa({{{{20, 2, 0}, {3, 8, 1}, {0, 0, 0}}}}), 0.6150943396226415);
  EXPECT_DOUBLE_EQ(*cohens_kappa({{{{20, 5, 0}, {10, 15, 0}, {0, 0, 0}}}}), 0.4);
  EXPECT_DOUBLE_EQ(*cohens_kappa({{{{12, 1, 2}, {2, 9, 1}, {0, 3, 4}}}}), 0.5870445344129555);
  EXPECT_NEAR(*cohens_kappa({{{{30, 1, 0}, {3, 0, 0}, {0, 0, 0}}}}), -0.04615384615384621, 1e-15);
  EXPECT_DOUBLE_EQ(*cohens_kappa({{{{0, 5, 0}, {5, 0, 0}, {0, 0, 0}}}}), -1);
}

// (w - e) / (1 - e) with w from statsmodels' proportion_confint(method="wilson") and e the agreement by chance, computed by numpy.
TEST(Agreement, IntervalIsWilsonsWithChanceHeld_SCN103) {
  const auto mixed = figure({{{{20, 2, 0}, {3, 8, 1}, {0, 0, 0}}}});
  EXPECT_NEAR(mixed.kappa->low, 0.26902112388267496, 1e-12);
  EXPECT_NEAR(mixed.kappa->high, 0.8178979581801811, 1e-12);
  const auto three = figure({{{{12, 1, 2}, {2, 9, 1}, {0, 3, 4}}}});
  EXPECT_NEAR(three.kappa->low, 0.32734932087605884, 1e-12);
  EXPECT_NEAR(three.kappa->high, 0.7722135435511907, 1e-12);
}

TEST(Agreement, TenThatAgreeProveLessThanCertainty_SCN103) {
  const auto figures = figure({{{{5, 0, 0}, {0, 5, 0}, {0, 0, 0}}}});
  EXPECT_DOUBLE_EQ(figures.kappa->value, 1);
  EXPECT_NEAR(figures.kappa->low, 0.44493440027422126, 1e-12);
  EXPECT_DOUBLE_EQ(figures.kappa->high, 1);
}

TEST(Agreement, KappaStaysBetweenMinusOneAndOne_SCN103) {
  const auto figures = figure({{{{30, 1, 0}, {3, 0, 0}, {0, 0, 0}}}});
  EXPECT_DOUBLE_EQ(figures.kappa->low, -1);
  EXPECT_NEAR(figures.kappa->high, 0.5846005888766164, 1e-12);
}

TEST(Agreement, IsUndefinedWhereBothSaidOneThingAlways_SCN103) {
  EXPECT_FALSE(cohens_kappa({{{{40, 0, 0}, {0, 0, 0}, {0, 0, 0}}}}));
  EXPECT_FALSE(cohens_kappa({}));
  EXPECT_DOUBLE_EQ(*cohens_kappa({{{{40, 1, 0}, {0, 0, 0}, {0, 0, 0}}}}), 0);
}

// Thirty-four verdicts on two scenarios are not thirty-four observations.
TEST(Agreement, VerdictsOfFewScenariosTellLess_SCN103) {
  const VerdictTable table{{{{20, 2, 0}, {3, 8, 1}, {0, 0, 0}}}};
  const auto apart = measure_agreement(pairs_of(table)), together = measure_agreement(pairs_of(table, 17));
  EXPECT_EQ(together.clusters, 2U);
  EXPECT_DOUBLE_EQ(together.kappa->value, apart.kappa->value);
  EXPECT_LT(together.kappa->low, apart.kappa->low);
  EXPECT_GE(together.kappa->high, apart.kappa->high);
  EXPECT_EQ(measure_agreement(pairs_of(table, 17)).kappa->low, together.kappa->low);  // the same for the same labels
}

const JudgeMark one_judge{.hash = "j1", .model = "openai/gpt-4.1-mini"}, another{.hash = "j2", .model = "groq/llama"};

Label label(const std::string& run, CriterionStatus verdict, const std::string& author, CriterionStatus judged, const JudgeMark& judge = one_judge) {
  return {.batch_id = "b",
          .run_id = run,
          .criterion = "asks",
          .criterion_key = "asks",
          .verdict = verdict,
          .reason = "because",
          .author = author,
          .at = "2026-11-26T09:00:00.000Z",
          .scenario = "scenario " + run,
          .judged = JudgedVerdict{judged, judge}};
}

TEST(Agreement, CountsWhatMorePeopleSayAndLeavesTiesOut_SCN103) {
  std::vector<Label> labels{label("r1", passed, "ann", failed), label("r1", passed, "bob", failed), label("r1", failed, "cyd", failed),
                            label("r2", passed, "ann", passed), label("r2", failed, "bob", passed)};
  const auto found = measure_agreement(labels);
  ASSERT_EQ(found.criteria.size(), 1U);
  EXPECT_EQ(found.criteria[0].figure.table.counts[0][1], 1U);
  EXPECT_EQ(found.criteria[0].figure.table.n(), 1U);
  EXPECT_EQ(found.criteria[0].contested, 1U);
  ASSERT_EQ(found.disagreements.size(), 2U);  // the judge with people, then people among themselves
  EXPECT_EQ(found.disagreements[0].run_id, "r1");
  EXPECT_EQ(found.disagreements[0].judged, failed);
  EXPECT_EQ(found.disagreements[0].people.size(), 3U);
  EXPECT_EQ(found.disagreements[0].people[0].reason, "because");
  EXPECT_EQ(found.disagreements[1].run_id, "r2");
  std::reverse(labels.begin(), labels.end());
  EXPECT_EQ(to_json(measure_agreement(labels)), to_json(found));
}

TEST(Agreement, TellsHowFarPeopleAgreeAmongThemselves_SCN103) {
  std::vector<Label> labels;
  for (int i = 0; i < 12; ++i) {
    const auto run = "r" + std::to_string(i);
    labels.push_back(label(run, i < 6 ? passed : failed, "ann", passed));
    labels.push_back(label(run, i < 5 ? passed : failed, "bob", passed));
  }
  const auto found = measure_agreement(labels);
  ASSERT_EQ(found.people.size(), 1U);
  EXPECT_EQ(found.people[0].first, "ann");
  EXPECT_EQ(found.people[0].figure.table.agreed(), 11U);
  EXPECT_NEAR(found.people[0].figure.kappa->value, 0.8333333333333334, 1e-12);  // scikit-learn
}

TEST(Agreement, ALaterLabelOfTheSameAuthorCounts_SCN103) {
  auto first = label("r1", passed, "ann", failed), second = label("r1", failed, "ann", failed);
  second.at = "2026-11-26T09:00:00.001Z";
  const auto found = measure_agreement({second, first});
  EXPECT_EQ(found.labels, 1U);
  EXPECT_EQ(found.criteria[0].figure.table.agreed(), 1U);
}

TEST(Agreement, KeepsJudgesAndWholeRunsApart_SCN103) {
  auto whole = label("r1", passed, "ann", passed);
  whole.criterion.reset(), whole.criterion_key.clear();
  auto unknown = label("r4", passed, "ann", passed);
  unknown.judged.reset();
  const auto found = measure_agreement({whole, label("r1", passed, "ann", passed), label("r2", failed, "ann", passed, another), unknown});
  ASSERT_EQ(found.criteria.size(), 3U);
  EXPECT_EQ(found.criteria[1].judge.model, "groq/llama");
  EXPECT_FALSE(found.criteria[2].criterion);
  EXPECT_EQ(found.overall.table.n(), 2U);
  EXPECT_EQ(found.unjudged, 1U);
}

TEST(LabelBook, TellsOfThisJudgeAndCountsTheOthers_SCN103) {
  const LabelBook book({label("r1", passed, "ann", passed), label("r2", failed, "ann", failed), label("r3", failed, "ann", passed, another)});
  const auto found = book.agreement(" asks ", one_judge);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->n, 2U);
  EXPECT_EQ(found->of_another_judge, 1U);
  EXPECT_DOUBLE_EQ(*found->kappa, 1);
  EXPECT_EQ(book.agreement("asks", {})->n, 0U);
  EXPECT_FALSE(book.agreement("greets", one_judge));
}

TEST(JudgeAgreement, SaysWhatItIsWorth_SCN103) {
  EXPECT_EQ(sentence({.n = 34, .agreed = 28, .kappa = 0.6151, .low = -0.0461, .high = 0.82}), "κ 0.62 (−0.05 to 0.82), n = 34");
  EXPECT_EQ(sentence({.n = 12, .agreed = 12}), "κ undefined, agreed 12 of 12");
  EXPECT_EQ(sentence({.n = 3, .agreed = 2, .kappa = 0.1, .low = -1, .high = 0.9, .floor = 0.4}), "κ 0.10 (−1.00 to 0.90), n = 3, too few of 20 for the floor");
  EXPECT_EQ(sentence({.of_another_judge = 7}), "no labels of this judge (7 of others)");
}

}  // namespace
}  // namespace antiphon
