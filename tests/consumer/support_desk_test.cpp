#include <antiphon/antiphon.hpp>
#include <antiphon/gtest.hpp>

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>

using namespace antiphon;

namespace {

std::string support_url() {
  const char* url = std::getenv("SUPPORT_URL");
  if (!url) throw std::runtime_error("set SUPPORT_URL to the base URL of the support agent: run.sh starts one");
  return url;
}

}  // namespace

TEST(SupportDesk, RefundsInsideTheWindow) {
  auto result = run({
      .name = "refund inside the window",
      .description = "A customer wants the money back for headphones bought nine days ago.",
      .agent = chat_agent({.url = support_url()}),
      .user = user_simulator({.persona = "impatient"}),
      .judge = judge_agent({"The agent asks for the order number before it promises anything"}),
      .model = "rules/support.rules.yaml",
      .script = {user("hi i want my money back"), agent(), proceed(4), judge()},
  });
  EXPECT_TRUE(result) << result;
}

TEST(SupportDesk, PlainFunctionIsAnAgentAndItsMistakeIsSeen) {
  auto promises_at_once = [](std::string_view) { return std::string("Your refund is on its way."); };
  auto result = run({
      .name = "promises before asking",
      .description = "A customer wants the money back for headphones bought nine days ago.",
      .agent = promises_at_once,
      .user = user_simulator({.persona = "impatient"}),
      .judge = judge_agent({"The agent asks for the order number before it promises anything"}),
      .model = "rules/support.rules.yaml",
      .script = {user("hi i want my money back"), agent(), judge()},
  });
  EXPECT_FALSE(result) << result;
  EXPECT_EQ(result.criteria_with(CriterionStatus::failed).size(), 1u) << result;
}
