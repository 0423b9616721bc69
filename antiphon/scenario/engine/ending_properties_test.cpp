#include <algorithm>

#include <gtest/gtest.h>

#include "antiphon/base/random.hpp"
#include "antiphon/scenario/engine/ending.hpp"

namespace antiphon {
namespace {

struct Case {
  Ending ending;
  std::vector<CriterionResult> criteria;
  std::vector<CheckResult> checks;
  std::vector<bool> broken_for_good;
  std::vector<std::string> unsaid;

  explicit Case(RandomStream random) {
    ending.kind = static_cast<Ending::Kind>(random.below(5));
    if (random.below(2) == 0) ending.reason = "for a reason";
    if (random.below(3) == 0) ending.verdict = static_cast<RunOutcome>(random.below(4));
    if (ending.kind == Ending::Kind::error) ending.error = RunError{static_cast<Party>(random.below(3)), "it broke"};
    for (auto i = random.below(4); i > 0; --i) criteria.push_back({.criterion = "polite", .status = static_cast<CriterionStatus>(random.below(3))});
    for (auto i = random.below(4); i > 0; --i) {
      checks.push_back({.kind = "contains", .passed = random.below(2) == 0, .expected = "a", .found = "b"});
      if (!checks.back().passed && random.below(3) == 0) checks.back().inconclusive = Party::judge;
      broken_for_good.push_back(!checks.back().passed && !checks.back().inconclusive && random.below(2) == 0);
    }
    if (random.below(4) == 0) unsaid.emplace_back("and one thing more");
  }
  Decision decide() const { return antiphon::decide({ending, criteria, checks, broken_for_good, unsaid}); }
  bool all_checks_passed() const {
    return std::all_of(checks.begin(), checks.end(), [](const auto& check) { return check.passed; });
  }
  bool all_criteria_passed() const {
    return std::all_of(criteria.begin(), criteria.end(), [](const auto& criterion) { return criterion.status == CriterionStatus::passed; });
  }
};

constexpr std::uint64_t cases = 20'000;

TEST(Decision, NothingPassesThatIsBrokenUndecidedOrUnasserted_SCN18_SCN31) {
  int passed = 0;
  for (std::uint64_t seed = 1; seed <= cases; ++seed) {
    const Case one{RandomStream(seed)};
    if (one.decide().outcome != RunOutcome::passed) continue;
    ++passed;
    ASSERT_TRUE(one.all_checks_passed()) << "seed " << seed;
    ASSERT_TRUE(one.all_criteria_passed()) << "seed " << seed;
    ASSERT_TRUE(one.unsaid.empty()) << "seed " << seed;
    ASSERT_TRUE(one.ending.kind != Ending::Kind::failed && one.ending.kind != Ending::Kind::error) << "seed " << seed;
    ASSERT_TRUE(one.ending.kind == Ending::Kind::succeeded || one.ending.verdict || !one.checks.empty() || !one.criteria.empty()) << "seed " << seed;
  }
  EXPECT_GT(passed, 100) << "the cases must reach what they are about";
}

TEST(Decision, AFailureIsNeverTakenForIndecisionAndAlwaysHasAReason_SCN18_SCN31) {
  for (std::uint64_t seed = 1; seed <= cases; ++seed) {
    const Case one{RandomStream(seed)};
    const auto decision = one.decide();
    if (decision.outcome != RunOutcome::passed) ASSERT_FALSE(decision.reasoning.empty()) << "seed " << seed;
    if (one.ending.kind == Ending::Kind::error) continue;
    const bool broken = std::any_of(one.checks.begin(), one.checks.end(), [](const auto& check) { return !check.passed && !check.inconclusive; });
    if (broken && one.ending.kind != Ending::Kind::failed) ASSERT_EQ(decision.outcome, RunOutcome::failed) << "seed " << seed;
    if (one.ending.kind == Ending::Kind::failed) ASSERT_EQ(decision.outcome, RunOutcome::failed) << "seed " << seed;
  }
}

}  // namespace
}  // namespace antiphon
