#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/scenario/judge/judge.hpp"
#include "antiphon/scenario/run.hpp"
#include "antiphon/scenario/testing/scripted_model.hpp"
#include "antiphon/scenario/users/users.hpp"

namespace antiphon {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing_support::ModelScript;
using testing_support::registry_with;

Task<AgentReply> obliging(AgentInput) { co_return "certainly"; }

// Every answer of the scripted model counts 12 tokens.
Scenario talkative(ModelSettings model = "test/model") {
  return {.name = "talk", .description = "talk on", .agent = obliging, .user = user_simulator(), .model = std::move(model), .script = {proceed(8)}};
}

ModelSettings at(Price price) {
  ModelSettings settings("test/model");
  settings.price = price;
  return settings;
}

ScenarioResult run_with(Scenario scenario, std::size_t answers = 20) {
  const auto script = std::make_shared<ModelScript>();
  for (std::size_t i = 0; i < answers; ++i) script->answers.push_back(Message::assistant("and then?"));
  return run(std::move(scenario), {.seed = 1, .models = registry_with(script)});
}

TEST(Budget, OfTokensEndsTheRunBeforeTheCallAfterIt_SCN91) {
  auto scenario = talkative();
  scenario.budget = {.tokens = 30};
  const auto result = run_with(scenario);
  EXPECT_EQ(result.outcome, RunOutcome::error);
  ASSERT_TRUE(result.error);
  EXPECT_EQ(result.error->party, Party::harness);
  EXPECT_THAT(result.error->message, HasSubstr("the budget of 30 tokens is used up: 36 tokens after 3 model calls"));
  EXPECT_EQ(result.model_calls, 3);
  EXPECT_EQ(result.messages.size(), 6U);  // what was said stays
}

TEST(Budget, OfMoneyCountsWhatTheModelsCost_SCN91) {
  auto scenario = talkative(at({.input = 10'000, .output = 50'000}));  // 0.20 a call
  scenario.budget = {.usd = 0.5};
  const auto result = run_with(scenario);
  EXPECT_THAT(result.reasoning, HasSubstr("the budget of $0.5 is used up: $0.6000 after 3 model calls"));
  ASSERT_TRUE(result.cost_usd);
  EXPECT_NEAR(*result.cost_usd, 0.6, 1e-9);
}

TEST(Budget, AsksForNoClosingVerdictWhenItIsUsedUp_SCN91) {
  auto scenario = talkative();
  scenario.judge = judge_agent({"it is polite"});
  scenario.script = {user(), agent(), judge()};
  scenario.budget = {.tokens = 12};
  scenario.checks = {contains("certainly")};
  const auto result = run_with(scenario);
  EXPECT_EQ(result.outcome, RunOutcome::error);
  EXPECT_EQ(result.model_calls, 1);
  ASSERT_EQ(result.checks.size(), 1U);
  EXPECT_TRUE(result.checks[0].passed);
}

TEST(Budget, ThatIsNotUsedUpChangesNothing_SCN91) {
  auto scenario = talkative();
  scenario.budget = {.tokens = 1000};
  scenario.script.push_back(succeed());
  EXPECT_EQ(run_with(scenario).outcome, RunOutcome::passed);
}

TEST(Budget, OfMoneyNeedsThePriceOfEveryModel_SCN91) {
  const auto models = registry_with(std::make_shared<ModelScript>());
  auto scenario = talkative();
  scenario.budget = {.usd = 0.5};
  EXPECT_THAT(validate(scenario, *models), ElementsAre(HasSubstr("needs the price of every model, and that of the simulated user is not known")));
  scenario.model = at({.input = 1, .output = 1});
  EXPECT_THAT(validate(scenario, *models), ElementsAre());
  scenario.budget = {.usd = 0, .tokens = 0};
  EXPECT_THAT(validate(scenario, *models), ElementsAre(HasSubstr("0 tokens"), HasSubstr("0 dollars")));
}

TEST(Budget, CostIsUnknownWhereAPriceIs_SCN90) {
  auto scenario = talkative();
  scenario.script = {user(), agent(), succeed()};
  const auto result = run_with(scenario);
  EXPECT_EQ(result.cost_usd, std::nullopt);
  ASSERT_EQ(result.usage.size(), 1U);
  EXPECT_EQ(result.usage[0].role, "user");
  EXPECT_EQ(result.usage[0].input_tokens, result.input_tokens);
  EXPECT_THAT(result.notices, ElementsAre(HasSubstr("no price of " + result.usage[0].model + " is known")));
}

}  // namespace
}  // namespace antiphon
