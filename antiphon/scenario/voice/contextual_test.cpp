#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "antiphon/base/latch.hpp"
#include "antiphon/scenario/run.hpp"
#include "antiphon/scenario/testing/scripted_model.hpp"
#include "antiphon/scenario/testing/spoken.hpp"
#include "antiphon/scenario/users/users.hpp"
#include "antiphon/scenario/voice/turn_text.hpp"

// Interruptions that nobody scripted, and whose words come from the user's model.

namespace antiphon {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing_support::ModelScript;
using testing_support::PlayedAgent;
using testing_support::Tones;

struct Interrupted {
  std::shared_ptr<Tones> tones = std::make_shared<Tones>();
  std::shared_ptr<ModelScript> script = std::make_shared<ModelScript>();
  UserSimulatorOptions user{.persona = "in a hurry", .model = ModelSettings("test/model")};
  std::vector<Check> checks{};
  InterruptionConfig config{.probability = 1, .least = 1s, .most = 1s, .strategy = InterruptionStrategy::contextual};

  static Task<> talk(PlayedAgent& self, std::shared_ptr<Tones> tones) {
    for (int answered = 0;; ++answered) {
      while (self.utterances <= answered) co_await self.clock.sleep_for(20ms);
      co_await self.clock.sleep_for(300ms);
      auto samples = tones->speak(answered == 0 ? "we open at nine and we close at five every day of the week" : "goodbye");
      const auto length = audio::duration_of(samples.size());
      self.signals.push(AgentAudio{std::move(samples)});
      co_await self.clock.sleep_for(length + 1s);
    }
  }
  ScenarioResult play() {
    Scenario scenario{.name = "a call", .description = "wants to know when the shop closes on sunday"};
    scenario.agent = testing_support::played_agent({.paced = true}, [this](PlayedAgent& self) { return talk(self, tones); });
    scenario.user = user_simulator(user);
    scenario.voice.interruptions = config;
    scenario.script = {proceed(1), succeed("")};
    scenario.checks = checks;
    return run(std::move(scenario), {.seed = 7, .models = testing_support::registry_with(script), .speech = testing_support::tone_speech(tones)});
  }
};

std::vector<std::string> words(const ScenarioResult& result) {
  std::vector<std::string> all;
  for (const auto& message : result.messages) all.push_back(message.text());
  return all;
}

TEST(ContextualInterruption, ItsWordsComeFromTheUsersModelThatHeardTheTurnSoFar_VOX34) {
  Interrupted call;
  call.script->answers = {Message::assistant("hours please"), Message::assistant("but on sunday")};
  const auto result = call.play();

  ASSERT_FALSE(result.error) << result.error->message;
  EXPECT_THAT(words(result), ElementsAre("hours please", testing::StartsWith("we open at nine"), "but on sunday", "goodbye"));
  ASSERT_EQ(call.script->asked.size(), 2U);
  const auto& asked = call.script->asked[1];
  EXPECT_EQ(asked.messages.back().text(), "we open at …") << "a second of it: the rest was not heard yet";
  EXPECT_EQ(asked.messages[1].text(), "hours please");
  ASSERT_EQ(asked.preamble.size(), 2U);
  EXPECT_THAT(asked.preamble[0].text(), HasSubstr("in a hurry"));
  EXPECT_THAT(asked.preamble[0].text(), HasSubstr("read aloud"));
  EXPECT_EQ(result.call->interruptions.at(0).outcome, "fired_after_speech");
  EXPECT_EQ(result.call->utterances.back().kind, UtteranceKind::interruption);
}

TEST(ContextualInterruption, IsMeantForItsMomentHoweverLongItsWordsTake_VOX34_VOX91) {
  for (const auto latency : {0ms, 700ms}) {
    Interrupted call;
    call.script->answers = {Message::assistant("hours please"), Message::assistant("but on sunday")};
    call.script->latency = latency;
    call.checks = {stops_within(2s)};
    const auto result = call.play();

    ASSERT_FALSE(result.error) << result.error->message;
    const auto& cut = result.call->interruptions.at(0);
    EXPECT_EQ(*cut.intended - result.call->turns[0].start, 1s);
    EXPECT_GE(*cut.achieved - *cut.intended, latency);
    EXPECT_LT(*cut.achieved - *cut.intended, latency + 60ms) << "whoever looked for words does not breathe in first";
    EXPECT_EQ(result.outcome, latency > 0ms ? RunOutcome::inconclusive : RunOutcome::failed) << "the agent speaks on in both";
    EXPECT_EQ(result.fault->party, latency > 0ms ? Party::harness : Party::agent);
  }
}

TEST(ContextualInterruption, WhoseWordsComeTooLateIsAnOrdinaryLine_VOX34_VOX92) {
  Interrupted call;
  call.script->answers = {Message::assistant("hours please"), Message::assistant("but on sunday")};
  call.script->latency = 8s;
  const auto result = call.play();

  ASSERT_FALSE(result.error) << result.error->message;
  EXPECT_FALSE(result.call->interruptions.at(0).achieved);
  EXPECT_EQ(*result.call->interruptions.at(0).intended - result.call->turns[0].start, 1s);
  EXPECT_EQ(result.call->interruptions.at(0).outcome, "turn_was_over");
  EXPECT_EQ(result.call->utterances.back().kind, UtteranceKind::speech);
  EXPECT_THAT(words(result), ElementsAre("hours please", testing::StartsWith("we open at nine"), "but on sunday", "goodbye"));
}

TEST(ContextualInterruption, AModelThatFailsIsTheProviders_VOX34) {
  Interrupted call;
  call.script->answers = {Message::assistant("hours please")};
  const auto result = call.play();

  ASSERT_TRUE(result.error);
  EXPECT_EQ(result.error->party, Party::provider);
}

TEST(ContextualInterruption, IsRefusedWhereTheUserHasNoModel_VOX34) {
  Interrupted call;
  Scenario scenario{.name = "a call"};
  scenario.agent = testing_support::played_agent({.paced = true}, [&](PlayedAgent& self) { return Interrupted::talk(self, call.tones); });
  scenario.voice.interruptions = call.config;
  const auto problems = [&] { return antiphon::validate(scenario, *ModelRegistry::with_defaults(), *testing_support::tone_speech()); };
  scenario.user = scripted_user({"hours"});
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("take their words from the user's model, and the user `lines` has none")));
  scenario.voice.interruptions->strategy = InterruptionStrategy::random_phrase;
  EXPECT_THAT(problems(), IsEmpty());
}

TEST(InterruptProbability, OfTheUserIsThatOfTheCall_VOX34) {
  for (const double probability : {0.0, 1.0}) {
    Interrupted call;
    call.config.strategy = InterruptionStrategy::random_phrase, call.config.phrases = {"hold on"};
    call.config.probability = 1 - probability;
    call.user.interrupt_probability = probability;
    call.script->answers = {Message::assistant("hours please")};
    const auto result = call.play();

    ASSERT_FALSE(result.error) << result.error->message;
    EXPECT_EQ(result.call->interruptions.size(), static_cast<std::size_t>(probability));
  }
}

TEST(InterruptProbability, LiesBetweenNoneAndOne_VOX34) {
  Interrupted call;
  for (const double probability : {-0.1, 1.1}) {
    call.user.interrupt_probability = probability;
    EXPECT_THROW(call.play(), Error);
  }
}

TEST(FirstWords, StandAsTheyStandInTheText_VOX33) {
  EXPECT_EQ(voice::first_words(" We open,  at nine.", 2), " We open,");
  EXPECT_EQ(voice::first_words("one two", 5), "one two");
  EXPECT_EQ(voice::first_words("one two", 0), "");
}

}  // namespace
}  // namespace antiphon
