#include "antiphon/result/result.hpp"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace antiphon {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string printed(const ScenarioResult& result) {
  std::ostringstream out;
  out << result;
  return out.str();
}

TEST(ScenarioResult, IsASuccessOnlyWhenItPassed_SCN30_SCN31) {
  EXPECT_TRUE((ScenarioResult{.outcome = RunOutcome::passed}));
  for (const auto outcome : {RunOutcome::failed, RunOutcome::error, RunOutcome::inconclusive}) EXPECT_FALSE((ScenarioResult{.outcome = outcome}));
  EXPECT_FALSE(ScenarioResult{}.success());
}

TEST(ScenarioResult, ListsCriteriaByHowTheyEnded_SCN30) {
  const ScenarioResult result{.criteria = {{.criterion = "a", .status = CriterionStatus::failed},
                                           {.criterion = "b", .status = CriterionStatus::passed},
                                           {.criterion = "c", .status = CriterionStatus::failed}}};
  EXPECT_EQ(result.criteria_with(CriterionStatus::failed), (std::vector<std::string>{"a", "c"}));
  EXPECT_TRUE(result.criteria_with(CriterionStatus::inconclusive).empty());
}

TEST(ScenarioResult, PrintsWhyItFailedAndTheTailOfTheConversation_SCN61) {
  ScenarioResult result{
      .id = "refund",
      .outcome = RunOutcome::failed,
      .reasoning = "Refunded an old order.",
      .criteria = {{.criterion = "asks first", .reasoning = "it did not", .status = CriterionStatus::failed},
                   {.criterion = "polite", .status = CriterionStatus::passed}},
      .checks = {{.kind = "turns", .expected = {{"at_most", 1}}, .found = 2, .message = 3, .line = 44}, {.kind = "contains", .passed = true}}};
  for (int i = 0; i < 8; ++i) result.messages.push_back(Message::user("line " + std::to_string(i)));
  result.messages.push_back(Message::assistant_calls("", {{.id = "1", .name = "refund", .arguments = "{}"}}));
  EXPECT_EQ(printed(result),
            "failed: refund\n"
            "  Refunded an old order.\n"
            "  check does not hold: turns: expected at most 1 turns; found 2, at message 3, line 44\n"
            "  not met: asks first: it did not\n"
            "  conversation (last 6 of 9 messages):\n"
            "    user: line 3\n"
            "    user: line 4\n"
            "    user: line 5\n"
            "    user: line 6\n"
            "    user: line 7\n"
            "    agent: [calls refund {}]\n");
}

TEST(ScenarioResult, PrintsWhoseErrorItWas) {
  const auto text = printed({.id = "a", .outcome = RunOutcome::error, .reasoning = "HTTP 503", .error = RunError{Party::agent, "POST /v1 answered 503"}});
  EXPECT_THAT(text, HasSubstr("  agent: POST /v1 answered 503\n"));
  EXPECT_THAT(text, Not(HasSubstr("conversation")));
}

}  // namespace
}  // namespace antiphon
