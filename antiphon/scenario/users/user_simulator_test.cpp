#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/scenario/run.hpp"
#include "antiphon/scenario/testing/scripted_model.hpp"
#include "antiphon/scenario/users/goal_watch.hpp"
#include "antiphon/scenario/users/role_reversal.hpp"
#include "antiphon/scenario/users/users.hpp"

namespace antiphon {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing_support::ModelScript;

std::vector<std::string> roles_and_texts(const History& history) {
  std::vector<std::string> list;
  for (const auto& message : history) list.push_back(std::string(to_string(message.role())) + ": " + message.text());
  return list;
}

TEST(RoleReversal, SwapsSpeakersAndLeavesToolTrafficOut_SCN40) {
  History history{Message::user("hi"), Message::assistant_calls("", {{"c", "find", "{}"}}), Message::tool_result("c", "find", "x"),
                  Message::assistant("found it"), Message::system("note")};
  RoleReversal reversal;
  EXPECT_THAT(roles_and_texts(reversal.view(history)), ElementsAre("user: Hello, what can I do for you?", "assistant: hi", "user: found it"));
}

TEST(RoleReversal, AnAgentThatOpenedNeedsNoOtherGreeting_SCN40) {
  History history{Message::assistant("welcome")};
  RoleReversal reversal;
  EXPECT_THAT(roles_and_texts(reversal.view(history)), ElementsAre("user: welcome"));
  history.append(Message::user("hi"));
  EXPECT_THAT(roles_and_texts(reversal.view(history)), ElementsAre("user: welcome", "assistant: hi"));
}

TEST(RoleReversal, StartsAfreshAfterARollback_SCN20) {
  History history{Message::user("one"), Message::assistant("two")};
  RoleReversal reversal;
  reversal.view(history);
  history.truncate(1);
  reversal.forget();
  EXPECT_EQ(reversal.view(history).size(), 2U);
}

TEST(RoleReversal, KeepsTheTranscriptOfAudioAndNotItsBytes_SCN40) {
  const auto part = json::object{{"type", "input_audio"}, {"input_audio", json::object{{"data", "AAAA"}, {"format", "wav"}, {"transcript", "good day"}}}};
  History history{Message(json::object{{"role", "user"}, {"content", json::array{part}}})};
  RoleReversal reversal;
  EXPECT_EQ(reversal.view(history).back().serialized(), R"({"role":"assistant","content":"good day"})");
}

struct SimulatedRun {
  std::shared_ptr<ModelScript> script = std::make_shared<ModelScript>();
  UserSimulatorOptions options{.persona = "a hurried baker"};

  ScenarioResult run() {
    Scenario scenario{.name = "simulated", .description = "wants flour"};
    scenario.agent = [](AgentInput) -> Task<AgentReply> { co_return "how much?"; };
    scenario.user = user_simulator(options);
    scenario.model = "test/model";
    scenario.script = {proceed(2), succeed()};
    return antiphon::run(std::move(scenario), {.models = testing_support::registry_with(script)});
  }
};

TEST(UserSimulator, WritesForTheDescriptionAndPersonaWithTemperatureZero_SCN40) {
  SimulatedRun run;
  run.script->answers = {Message::assistant(" need flour "), Message::assistant("two bags")};
  const auto result = run.run();
  EXPECT_EQ(result.outcome, RunOutcome::passed) << result;
  EXPECT_EQ(result.messages[0].text(), "need flour");
  EXPECT_EQ(result.messages[0].role(), MessageRole::user);
  const auto& request = run.script->asked.at(1);
  EXPECT_EQ(request.temperature, 0.0);
  EXPECT_EQ(request.tags.role, "user");
  EXPECT_THAT(request.preamble.at(0).text(), HasSubstr("wants flour"));
  EXPECT_THAT(request.preamble.at(0).text(), HasSubstr("a hurried baker"));
  EXPECT_THAT(roles_and_texts(request.messages), ElementsAre("user: Hello, what can I do for you?", "assistant: need flour", "user: how much?"));
}

TEST(UserSimulator, OwnInstructionsReplaceTheBuiltInOnes_SCN40) {
  SimulatedRun run{.options = {.system_prompt = "be a parrot"}};
  run.script->answers = {Message::assistant("a"), Message::assistant("b")};
  run.run();
  EXPECT_EQ(run.script->asked.at(0).preamble.at(0).text(), "be a parrot");
}

TEST(UserSimulator, ParticipantSettingsWinOverTheScenarios_SCN42) {
  SimulatedRun run;
  run.options.model.temperature = 0.7;
  run.options.model.max_tokens = 50;
  run.script->answers = {Message::assistant("a"), Message::assistant("b")};
  run.run();
  EXPECT_EQ(run.script->asked.at(0).temperature, 0.7);
  EXPECT_EQ(run.script->asked.at(0).max_tokens, 50);
}

SimulatedRun buyer() {
  return {
      .options = {.goal = Agenda{
                      .goal = "buy flour", .inform = {{"bags", "two"}}, .request = {{"price", {.matches = "\\d+ euros"}}, {"day", {.one_of = {"monday"}}}}}}};
}

TEST(UserSimulator, IsToldWhatItWantsAndLeavesOnceItHasIt_SCN102) {
  auto run = buyer();
  run.script->answers = {Message::assistant("what is flour?"), Message::assistant("great, bye"), Message::assistant("never said")};
  Scenario scenario{.name = "wants"};
  scenario.agent = [](AgentInput) -> Task<AgentReply> { co_return "12 euros, by Monday"; };
  scenario.user = user_simulator(run.options);
  scenario.model = "test/model";
  scenario.checks = {completed({"price", "day"})};
  const auto result = antiphon::run(std::move(scenario), {.models = testing_support::registry_with(run.script)});
  EXPECT_EQ(result.outcome, RunOutcome::passed) << result;
  EXPECT_EQ(result.turns, 2);
  EXPECT_THAT(run.script->asked.at(0).preamble.at(0).text(), testing::AllOf(HasSubstr("buy flour"), HasSubstr("bags: two"), HasSubstr("price, day")));
  EXPECT_EQ(json::serialize(result.user_report.at("completed")), R"({"price":{"value":"12 euros","message":1},"day":{"value":"Monday","message":1}})");
}

TEST(UserSimulator, WhatTheAgentSaidBeforeAnybodyAskedIsNoAnswer_SCN102) {
  GoalWatch watch(std::make_shared<const Agenda>(*buyer().options.goal));
  watch.hear({Message::assistant("12 euros"), Message::user("hi"), Message::assistant("monday")});
  EXPECT_EQ(json::serialize(watch.report().at("unmet")), R"(["price"])");
  EXPECT_FALSE(watch.reached());
  watch.rolled_back(2);
  EXPECT_EQ(json::serialize(watch.report().at("unmet")), R"(["price","day"])");
}

TEST(UserSimulator, AnEmptyAnswerIsAskedForOnceMoreThenItsOwnError) {
  SimulatedRun run;
  run.script->answers = {Message::assistant(""), Message::assistant("flour"), Message::assistant("  "), Message::assistant("")};
  const auto result = run.run();
  EXPECT_EQ(result.messages.size(), 2U);
  EXPECT_EQ(result.outcome, RunOutcome::error);
  EXPECT_EQ(result.error->party, Party::simulated_user);
}

TEST(UserSimulator, NoModelIsAnErrorBeforeTheFirstStepThatShowsTheFix_SCN43) {
  Scenario scenario{.name = "no model", .description = "x"};
  scenario.agent = [](AgentInput) -> Task<AgentReply> { co_return "hi"; };
  scenario.user = user_simulator();
  try {
    antiphon::run(std::move(scenario));
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::configuration);
    EXPECT_THAT(error.message(), HasSubstr("model"));
    EXPECT_THAT(error.message(), HasSubstr("ANTIPHON_MODEL"));
  }
}

}  // namespace
}  // namespace antiphon
