#include <antiphon/gtest.hpp>

#include "apology_judge.hpp"
using namespace antiphon;

Scenario conversation(std::vector<Message> answers, ParticipantSpec judge) {
  Scenario scenario{.name = "an apology"};
  scenario.judge = std::move(judge);
  scenario.script = {user("it is broken")};
  for (auto& answer : answers) scenario.script.push_back(agent(std::move(answer)));
  scenario.script.push_back(antiphon::judge());
  scenario.agent = [](std::string_view) { return std::string(); };  // every answer is in the script
  return scenario;
}

const Message sorry = Message::assistant("I am sorry."), deed = Message::assistant_calls("", {{"1", "create_refund", "{}"}});

TEST(ApologyJudge, WantsADeed) {
  EXPECT_EQ(run(conversation({sorry}, apology_judge())).outcome, RunOutcome::failed);
  const auto result = run(conversation({sorry, deed}, apology_judge()));
  EXPECT_TRUE(result) << result;
  EXPECT_EQ(result.criteria.at(0).evidence, std::vector<int>{2});
}

TEST(JudgePanel, TakesJudgesOfAnyKind) {
  const auto panel = judge_panel({.judges = {apology_judge(), check_judge({tool_called("create_refund")})}, .decide = PanelRule::unanimous});
  EXPECT_TRUE(run(conversation({sorry, deed}, panel)));
  EXPECT_FALSE(run(conversation({sorry}, panel)));
}
