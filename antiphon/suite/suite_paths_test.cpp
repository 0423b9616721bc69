#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/suite/testing/suite_folder.hpp"

namespace antiphon::suite {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::SuiteFolder;

constexpr const char* good = "antiphon: 1\nagent: {model: rules/a.yaml}\nscenarios: [{name: a}]\n";

TEST(SuiteFiles, AMisspeltVersionInAFolderIsToldAndNotPassedOver_PRD64) {
  const SuiteFolder folder({{"s/a.yaml", good}, {"s/b.yaml", "# the desk\nantifon: 1\nscenarios: [{name: b}]\n"}});
  EXPECT_EQ(folder.report({"s"}), R"(error: unknown key "antifon" at the top of what looks like a suite
  s/b.yaml:2:1
2 | antifon: 1
  | ^^^^^^^ did you mean "antiphon"?
fix:   rename it: a suite begins with `antiphon: 1`
)");
}

TEST(SuiteFiles, SoItIsInAPatternAsAFileOfItsOwnAndInJson_PRD64) {
  const SuiteFolder folder({{"a.yaml", "Antiphon: 1\nscenarios: [{name: b}]\n"}, {"b.json", R"({"antihpon": 1, "scenarios": [{"name": "b"}]})"}});
  EXPECT_THAT(folder.report({"*.yaml"}), HasSubstr("a.yaml:1:1"));
  EXPECT_THAT(folder.report({"a.yaml"}), HasSubstr("did you mean \"antiphon\"?"));
  EXPECT_THAT(folder.report({"b.json"}), HasSubstr("b.json:1:3"));
}

TEST(SuiteFiles, PartsWithoutAVersionAndOtherFilesAreLeftAlone_PRD10) {
  const SuiteFolder folder({{"s/a.yaml", good},
                            {"s/part.yaml", "scenarios: [{name: part}]\n"},
                            {"s/other.yaml", "antiphony: a choir\n"},
                            {"s/deep.yaml", "inner:\n  antifon: 1\nscenarios: []\n"}});
  EXPECT_EQ(folder.report({"s"}), "");
  EXPECT_THAT(folder.report({"s/part.yaml"}), HasSubstr("this is no suite"));
}

}  // namespace
}  // namespace antiphon::suite
