#include <antiphon/antiphon.hpp>
#include <antiphon/gtest.hpp>

#include "support_agent.hpp"
using namespace antiphon;

// Starts the agent of examples/demo for all tests of this program. With an agent that runs anyway, this line and its header go.
const auto* const desk = SupportAgent::for_all_tests();

TEST(SupportDesk, RefundsInsideTheWindow) {
  auto result = run({
      .name = "refund inside the window",
      .description = "A customer wants the money back for headphones bought nine days ago.",
      .agent = chat_agent({.url = desk->url()}),
      .user = user_simulator({.persona = "impatient"}),
      .judge = judge_agent({"The agent asks for the order number before it promises anything"}),
      .model = "rules/support.rules.yaml",  // of both, unless they say otherwise
      .script = {user("hi i want my money back"), agent(), proceed(4), judge()},
  });
  EXPECT_TRUE(result) << result;  // reasoning, failed checks, tail of the conversation
}
