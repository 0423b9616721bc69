#include "antiphon/agent/person.hpp"

#include <chrono>
#include <deque>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/agent/state.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/scenario/judge/judge.hpp"
#include "antiphon/scenario/run.hpp"
#include "antiphon/scenario/users/users.hpp"

namespace antiphon {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

/// Says what a test wrote down, and remembers what it was asked.
struct Actor final : Person {
  std::deque<std::optional<std::string>> lines;
  std::deque<Intervention> steps;
  std::vector<std::string> asked;
  Duration thinks = 0s;  // on the run's clock
  Clock* clock = nullptr;

  Task<std::optional<std::string>> say(Cue cue) override {
    asked.push_back(std::string("say ") + std::string(to_string(cue.role)) + " " + std::to_string(cue.turn));
    if (thinks > 0s) co_await cue.runtime.clock.sleep_for(thinks);
    if (lines.empty()) co_return std::nullopt;
    auto line = lines.front();
    lines.pop_front();
    co_return line;
  }
  Task<Intervention> step(Cue cue) override {
    asked.push_back(std::string(to_string(cue.role)) + " " + std::to_string(cue.turn));
    if (thinks > 0s) co_await cue.runtime.clock.sleep_for(thinks);
    if (steps.empty()) co_return Intervention{};
    auto step = steps.front();
    steps.pop_front();
    co_return step;
  }
};

Task<AgentReply> echo(AgentInput input) { co_return "you said: " + input.last_new_user_text(); }

std::vector<std::string> texts(const ScenarioResult& result) {
  std::vector<std::string> list;
  for (const auto& message : result.messages) list.push_back(message.text());
  return list;
}

class WithAPerson : public testing::Test {
 protected:
  ScenarioResult play(bool debug = false) { return run(scenario, {.seed = 1, .person = person, .debug = debug}); }

  std::shared_ptr<Actor> person = std::make_shared<Actor>();
  Scenario scenario{.name = "talk", .agent = echo, .user = human_user()};
};

TEST_F(WithAPerson, TheirWordsAreTheUsersAndTheEndOfInputConcludes_SCN41) {
  person->lines = {"hi", "bye"};
  scenario.checks = {contains("you said: bye")};
  const auto result = play();
  EXPECT_EQ(result.outcome, RunOutcome::passed) << result;
  EXPECT_THAT(texts(result), ElementsAre("hi", "you said: hi", "bye", "you said: bye"));
  EXPECT_EQ(result.turns, 2);  // the turn in which nothing was said is none
  EXPECT_THAT(person->asked, ElementsAre("say user 1", "say user 2", "say user 3"));
}

TEST_F(WithAPerson, NobodyBeyondTheEndOfInputIsAskedToAnswerNothing_SCN41) {
  person->lines = {"hi"};
  int judged = 0;
  scenario.judge = [&judged](AgentInput input) -> Task<AgentReply> {
    ++judged;
    if (!input.judgment_request) co_return AgentReply();
    co_return Verdict{.reasoning = "fine", .criteria = {}, .outcome = RunOutcome::passed};
  };
  const auto result = play();
  EXPECT_EQ(result.outcome, RunOutcome::passed) << result;
  EXPECT_EQ(judged, 2);  // after the first turn, and for its verdict
}

TEST_F(WithAPerson, AnInputThatIsOverBeforeAWordIsOneClearErrorOfTheHarness_SCN41) {
  const auto result = play();
  EXPECT_EQ(result.outcome, RunOutcome::error);
  EXPECT_EQ(result.error->party, Party::harness);
  EXPECT_THAT(result.reasoning, HasSubstr("the input ended before the person who plays the user said a word; run it at a terminal, or pipe in one line"));
  EXPECT_THAT(texts(result), ElementsAre());
}

TEST_F(WithAPerson, AStepThatNeedsWordsOfAUserWhoHasNoneIsTheHarnesss_SCN41) {
  person->lines = {"hi"};
  scenario.script = {user(), agent(), user(), agent(), succeed()};
  const auto result = play();
  EXPECT_EQ(result.error->party, Party::harness) << result;
  EXPECT_THAT(result.reasoning, HasSubstr("the user has nothing more to say"));
}

TEST_F(WithAPerson, TheirTimeIsNobodysLatencyAndNoTimeout_SCN41) {
  person->lines = {"hello", "what else?"};
  person->thinks = 10min;
  scenario.agent = human_agent();
  scenario.user = scripted_user({"hi", "nothing"});
  scenario.checks = {contains("hello")};
  const auto result = play();
  EXPECT_EQ(result.outcome, RunOutcome::passed) << result;
  EXPECT_DOUBLE_EQ(result.duration_s, 1200.0);
  EXPECT_DOUBLE_EQ(result.agent_s, 0.0);
  EXPECT_FALSE(result.latency);
}

TEST_F(WithAPerson, TheTimeoutsOfOthersRunOnAfterTheyHaveSpoken_SCN41_SCN72) {
  person->lines = {"hi"};
  person->thinks = 10min;
  scenario.timeout = 2s;
  scenario.agent = [](AgentInput input) -> Task<AgentReply> {
    co_await input.state->clock().sleep_for(1h);
    co_return "late";
  };
  const auto result = play();
  EXPECT_EQ(result.error->party, Party::agent) << result;
  EXPECT_DOUBLE_EQ(result.duration_s, 602.0);
}

TEST_F(WithAPerson, OneConversationAtATimeWhateverTheJobs_SCN41) {
  struct Busy final : Person {
    std::atomic<int> at_once{0}, most{0}, asked{0};
    Task<std::optional<std::string>> say(Cue cue) override {
      most = std::max(most.load(), ++at_once);
      co_await cue.runtime.clock.sleep_for(5ms);
      --at_once;
      co_return ++asked % 2 == 1 ? std::optional<std::string>("hi") : std::nullopt;
    }
    Task<Intervention> step(Cue) override { co_return Intervention{}; }
  };
  const auto busy = std::make_shared<Busy>();
  std::vector<Scenario> scenarios(6, scenario);
  for (std::size_t i = 0; i < scenarios.size(); ++i) scenarios[i].clock = i % 2 == 0 ? ClockChoice::wall : ClockChoice::virtual_time;
  run_all(scenarios, {.jobs = 8, .person = busy});
  EXPECT_EQ(busy->asked, 12);
  EXPECT_EQ(busy->most, 1);
}

TEST_F(WithAPerson, AnInputThatAStopWokeIsAnInterruptionAndNoEnd_SCN41_SCN72) {
  struct Woken final : Person {
    StopSource stop;
    int asked = 0;
    Task<std::optional<std::string>> say(Cue) override {
      if (++asked == 1) co_return "hi";
      stop.request();
      co_return std::nullopt;
    }
    Task<Intervention> step(Cue) override { co_return Intervention{}; }
  };
  const auto woken = std::make_shared<Woken>();
  scenario.checks = {contains("you said")};
  const auto result = run(scenario, {.person = woken, .stop = woken->stop});
  EXPECT_EQ(result.outcome, RunOutcome::error) << result;
  EXPECT_EQ(result.reasoning, "interrupted");
}

TEST_F(WithAPerson, WithoutOneTheRunIsRefusedBeforeItBegins_SCN41) {
  try {
    run(scenario);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::configuration);
    EXPECT_THAT(error.message(), HasSubstr("needs a person, and nobody is there"));
    EXPECT_THAT(error.hint(), HasSubstr("RunOptions::person"));
  }
}

class Stepping : public WithAPerson {
 protected:
  Stepping() {
    scenario.user = scripted_user({"one", "two"});
    scenario.checks = {contains("said")};
  }
  using Kind = Intervention::Kind;
};

TEST_F(Stepping, AsksBeforeEachParticipantSpeaks_SCN71) {
  const auto result = play(true);
  EXPECT_EQ(result.outcome, RunOutcome::passed) << result;
  EXPECT_THAT(person->asked, ElementsAre("user 1", "agent 1", "user 2", "agent 2"));
  EXPECT_TRUE(result.notices.empty());
}

TEST_F(Stepping, WhatIsTypedStandsInTheParticipantsPlaceAndEntersTheHistory_SCN71) {
  person->steps = {{.kind = Kind::say, .text = "typed by hand"}, {}, {}, {.kind = Kind::say, .text = "I said nothing"}};
  scenario.user = scripted_user({"one", "two"});
  scenario.script = {proceed(2)};
  const auto result = play(true);
  EXPECT_THAT(texts(result), ElementsAre("typed by hand", "you said: typed by hand", "one", "I said nothing"));
  EXPECT_EQ(result.messages[0].role(), MessageRole::user);
  EXPECT_EQ(result.messages[3].role(), MessageRole::assistant);
  EXPECT_EQ(result.answer_s.size(), 1U);  // what a person types is no answer of the agent
  EXPECT_THAT(result.notices, ElementsAre("in turn 1 a person spoke in the user's place", "in turn 2 a person spoke in the agent's place"));
}

TEST_F(Stepping, APersonMayEndTheRun_SCN71) {
  person->steps = {{}, {}, {.kind = Kind::fail, .text = "it went astray"}};
  auto result = play(true);
  EXPECT_EQ(result.outcome, RunOutcome::failed);
  EXPECT_EQ(result.reasoning, "it went astray");
  EXPECT_EQ(result.messages.size(), 2U);
  person->steps = {{}, {}, {.kind = Kind::succeed, .text = "seen enough"}};
  result = play(true);
  EXPECT_EQ(result.outcome, RunOutcome::passed) << result;
  EXPECT_THAT(result.notices, ElementsAre("in turn 2 a person ended the run"));
}

TEST_F(Stepping, LetsTheRunGoOnWithoutAskingAgain_SCN71) {
  person->steps = {{}, {.kind = Kind::run_on}};
  EXPECT_EQ(play(true).outcome, RunOutcome::passed);
  EXPECT_THAT(person->asked, ElementsAre("user 1", "agent 1"));
}

TEST_F(Stepping, TheJudgeIsAskedAboutTooAndMayBeForestalled_SCN71) {
  scenario.judge = [](AgentInput) -> Task<AgentReply> { co_return Verdict{.reasoning = "no", .criteria = {}, .outcome = RunOutcome::failed}; };
  person->steps = {{}, {}, {.kind = Kind::say, .text = "words of a judge"}};
  EXPECT_EQ(play(true).reasoning, "no");  // words are none of its means: it decided itself
  person->steps = {{}, {}, {.kind = Kind::fail, .text = "mine"}};
  EXPECT_EQ(play(true).reasoning, "mine");
  scenario.script = {user("x"), agent(), checkpoint({"polite"}), succeed()};
  person->steps = {{}, {.kind = Kind::fail, .text = "before the checkpoint"}};
  EXPECT_EQ(play(true).reasoning, "before the checkpoint");
  scenario.script = {user("x"), agent(), judge()};
  person->steps = {{}, {.kind = Kind::fail, .text = "before the verdict"}};
  EXPECT_EQ(play(true).reasoning, "before the verdict");
}

TEST_F(Stepping, ABackgroundTurnIsAskedAboutBeforeItBegins_SCN11_SCN71) {
  scenario.script = {user("hi"), agent({.wait = false}), agent(), succeed()};
  person->steps = {{.kind = Kind::say, .text = "I said it myself"}};
  const auto result = play(true);
  EXPECT_EQ(texts(result).at(1), "I said it myself") << result;
}

TEST_F(Stepping, ThinkingTakesNoTimeOfTheRuns_SCN71) {
  person->thinks = 1h;
  EXPECT_EQ(play(true).outcome, RunOutcome::passed);
}

TEST_F(Stepping, AStopWakesWhoeverIsAsked_SCN71_SCN72) {
  struct Sleeper final : Person {
    StopSource stop;
    Task<std::optional<std::string>> say(Cue) override { co_return std::nullopt; }
    Task<Intervention> step(Cue cue) override {
      stop.request();
      co_await cue.runtime.clock.sleep_for(1h);
      co_return Intervention{};
    }
  };
  const auto sleeper = std::make_shared<Sleeper>();
  scenario.clock = ClockChoice::wall;
  const auto result = run(scenario, {.person = sleeper, .debug = true, .stop = sleeper->stop});
  EXPECT_EQ(result.reasoning, "interrupted");
  EXPECT_EQ(result.error->party, Party::harness);
}

}  // namespace
}  // namespace antiphon
