#include "antiphon/result/sensitivity.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace antiphon {
namespace {

using testing::ElementsAre;

ScenarioResult played(int line, const std::string& by, RunOutcome outcome, int repeat = 1) {
  ScenarioResult result{.id = "s" + std::to_string(line) + " [user_model=" + by + "]", .line = line, .repeat = repeat, .outcome = outcome};
  if (repeat > 1) result.id += " #" + std::to_string(repeat);
  result.file = "a.yaml";
  if (!by.empty()) result.matrix[user_model_variable] = by;
  return result;
}

constexpr auto passed = RunOutcome::passed, failed = RunOutcome::failed;

TEST(Sensitivity, IsARangeOverTheScenariosThatAllUserModelsPlayed_SCN102) {
  const auto found = user_model_sensitivity({played(1, "a/x", passed), played(1, "agenda", passed), played(2, "a/x", failed), played(2, "agenda", passed),
                                             played(3, "a/x", failed), played(3, "agenda", failed), played(4, "a/x", passed), played(5, "", failed)});
  ASSERT_EQ(found.models.size(), 2U);
  EXPECT_EQ(found.models[0].name, "a/x");
  EXPECT_EQ(found.scenarios, 3U);
  EXPECT_EQ(found.left_out, 1U);  // 4 has no agenda; 5 is nobody's
  EXPECT_EQ(found.models[0].counts.passed, 1U);
  EXPECT_EQ(found.models[1].counts.passed, 2U);
  ASSERT_TRUE(found.range);
  EXPECT_DOUBLE_EQ(found.range->low, 1.0 / 3);
  EXPECT_DOUBLE_EQ(found.range->high, 2.0 / 3);
  EXPECT_THAT(found.dependent, ElementsAre("s2 [user_model=a/x]"));
}

TEST(Sensitivity, RepeatsOfOneScenarioAreOneAndMayDisagree_SCN102) {
  const auto found =
      user_model_sensitivity({played(1, "a/x", passed), played(1, "a/x", failed, 2), played(1, "agenda", failed), played(1, "agenda", failed, 2)});
  EXPECT_EQ(found.scenarios, 1U);
  EXPECT_EQ(found.models[0].counts.total, 2U);
  EXPECT_THAT(found.dependent, testing::IsEmpty());  // one pass of two is no "always"
}

TEST(Sensitivity, OneUserModelIsNoRange_SCN102) {
  EXPECT_TRUE(user_model_sensitivity({played(1, "a/x", passed)}).models.empty());
  const auto found = user_model_sensitivity({played(1, "a/x", passed), played(1, "agenda", RunOutcome::error)});
  EXPECT_EQ(found.models.size(), 2U);
  EXPECT_FALSE(found.range);
}

TEST(Sensitivity, CellsAndRowsAreScenariosOfTheirOwn_SCN102) {
  auto polite = played(1, "a/x", passed), rude = played(1, "agenda", failed);
  polite.matrix["mood"] = "polite", rude.matrix["mood"] = "rude";
  EXPECT_EQ(user_model_sensitivity({polite, rude}).scenarios, 0U);
  EXPECT_EQ(user_model_sensitivity({polite, rude}).left_out, 2U);
}

}  // namespace
}  // namespace antiphon
