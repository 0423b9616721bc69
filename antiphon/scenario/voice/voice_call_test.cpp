#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "antiphon/audio/levels.hpp"
#include "antiphon/base/latch.hpp"
#include "antiphon/result/recording.hpp"
#include "antiphon/scenario/run.hpp"
#include "antiphon/scenario/testing/spoken.hpp"
#include "antiphon/scenario/users/users.hpp"

namespace antiphon {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing_support::PlayedAgent;
using testing_support::Tones;

AdapterCapabilities paced() { return {.paced = true}; }

struct Desk {
  std::shared_ptr<Tones> tones = std::make_shared<Tones>();

  ScenarioResult play(ParticipantSpec agent, std::vector<Step> script, VoiceOptions voice = {}) {
    return run({.name = "a call", .agent = std::move(agent), .voice = std::move(voice), .script = std::move(script)},
               {.seed = 7, .speech = testing_support::tone_speech(tones)});
  }
};

std::vector<std::string> words(const ScenarioResult& result) {
  std::vector<std::string> all;
  for (const auto& message : result.messages) all.push_back(message.text());
  return all;
}

AgentAudio spoken(Tones& tones, const std::string& text) { return {tones.speak(text)}; }

Task<> answer_after(PlayedAgent& agent, std::shared_ptr<Tones> tones, Duration wait, std::string text) {
  co_await agent.clock.sleep_for(wait);
  agent.signals.push(spoken(*tones, text));
  co_await agent.clock.sleep_for(1h);
}

TEST(VoiceCall, AnAgentIsHeardUnderstoodAndTimed_VOX11) {
  Desk desk;
  const auto agent = testing_support::played_agent(paced(), [&](PlayedAgent& self) { return answer_after(self, desk.tones, 1500ms, "we open at nine"); });

  const auto result = desk.play(agent, {user("when do you open"), antiphon::agent(), succeed("heard")});

  ASSERT_FALSE(result.error) << result.error->message;
  EXPECT_THAT(words(result), ElementsAre("when do you open", "we open at nine"));
  EXPECT_EQ(result.clock, "virtual");
  // Our words end after 50 + 4 · 300 − 60 = 1,190 ms; the agent's first is heard at 1,550 ms.
  ASSERT_EQ(result.answer_s.size(), 1U);
  EXPECT_NEAR(result.answer_s[0], 0.36, 0.02);
  const auto& turn = result.call->turns.at(0);
  EXPECT_NEAR(std::chrono::duration<double>(turn.start).count(), 1.55, 0.02);
  EXPECT_EQ(turn.ending, TurnEnding::tail_silence);
}

TEST(VoiceCall, ASilentAgentIsATimeoutOfTheAgent_VOX11) {
  Desk desk;
  const auto agent = testing_support::played_agent(paced(), [](PlayedAgent& self) { return self.clock.sleep_for(1h); });

  const auto result = desk.play(agent, {user("hello"), antiphon::agent()});

  ASSERT_TRUE(result.error);
  EXPECT_EQ(result.error->party, Party::agent);
  EXPECT_THAT(result.error->message, HasSubstr("said nothing for 30 s"));
  EXPECT_THAT(words(result), ElementsAre("hello"));
}

TEST(VoiceCall, AFrameLeavesEvery20msFromBeginningToEnd_VOX12) {
  Desk desk;
  std::size_t heard = 0;
  const auto agent = testing_support::played_agent(paced(), [&](PlayedAgent& self) -> Task<> {
    co_await self.clock.sleep_for(2s + 10ms);
    heard = self.heard.size();
    co_await answer_after(self, desk.tones, 0s, "yes");
  });

  desk.play(agent, {user("hello"), antiphon::agent(), succeed("")});

  EXPECT_EQ(heard, 101U * 480);
}

Task<> talk_until_cleared(PlayedAgent& agent, std::shared_ptr<Tones> tones) {
  co_await agent.clock.sleep_for(1s);
  agent.signals.push(spoken(*tones, "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"));
  while (agent.interrupted == 0) co_await agent.clock.sleep_for(20ms);
  co_await agent.clock.sleep_for(1500ms);
  agent.signals.push(spoken(*tones, "on sunday we close"));
  co_await agent.clock.sleep_for(1h);
}

TEST(VoiceCall, AnInterruptionComesWhenItWasMeantToAndStopsTheAgent_VOX33) {
  Desk desk;
  auto capabilities = paced();
  capabilities.interruption = true;
  const auto agent = testing_support::played_agent(capabilities, [&](PlayedAgent& self) { return talk_until_cleared(self, desk.tones); });

  const auto result = desk.play(agent, {user("hours"), interrupt("on sunday", {.after = 1500ms}), antiphon::agent(), succeed("")});

  ASSERT_FALSE(result.error) << result.error->message;
  EXPECT_THAT(words(result), ElementsAre("hours", testing::StartsWith("one two three four five"), "on sunday", "on sunday we close"));
  ASSERT_EQ(result.call->interruptions.size(), 1U);
  const auto& cut = result.call->interruptions[0];
  EXPECT_TRUE(cut.native);
  EXPECT_LT(std::chrono::abs(*cut.achieved - *cut.intended), 100ms);
  EXPECT_LT(*cut.agent_stopped - *cut.achieved, 100ms);
  EXPECT_TRUE(result.call->turns[0].transcript_truncated);
  EXPECT_EQ(result.call->turns[0].ending, TurnEnding::cleared);
}

TEST(VoiceCall, AnAgentThatSpeaksOnIsCensoredAfterTwoSeconds_VOX92) {
  Desk desk;
  const auto agent = testing_support::played_agent(paced(), [&](PlayedAgent& self) {
    return answer_after(self, desk.tones, 1s,
                        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen");
  });

  const auto result = desk.play(agent, {user("hours"), interrupt("wait", {.after_words = 3}), succeed("")});

  ASSERT_FALSE(result.error) << result.error->message;
  ASSERT_EQ(result.call->interruptions.size(), 1U);
  const auto& cut = result.call->interruptions[0];
  EXPECT_TRUE(cut.censored);
  EXPECT_FALSE(cut.native);
  const auto heard_for = *cut.achieved - result.call->turns[0].start;
  EXPECT_GT(heard_for, 840ms);  // the end of its third word
  EXPECT_LT(heard_for, 1600ms);
}

TEST(VoiceCall, AMomentThatNeverComesIsTheHarnesssAndItsWordsAreAnOrdinaryLine_VOX92) {
  Desk desk;
  const auto agent = testing_support::played_agent(paced(), [&](PlayedAgent& self) { return answer_after(self, desk.tones, 12s, "at last"); });

  const auto result = desk.play(agent, {user("hours"), interrupt("hello again", {.after = 1s}), antiphon::agent(), succeed("")});

  ASSERT_FALSE(result.error) << result.error->message;
  EXPECT_THAT(words(result), ElementsAre("hours", "hello again", "at last"));
  EXPECT_FALSE(result.call->interruptions.at(0).achieved);
  EXPECT_EQ(result.call->interruptions.at(0).outcome, "nothing_heard");
  EXPECT_EQ(result.call->utterances.at(1).kind, UtteranceKind::speech);
}

TEST(VoiceCall, NobodyCutsIntoWhatIsStillHeardOfACallThatIsOver_VOX33) {
  Desk desk;
  const auto agent = testing_support::played_agent(paced(), [&](PlayedAgent& self) -> Task<> {
    co_await self.clock.sleep_for(1s);
    self.signals.push(spoken(*desk.tones, "that is all goodbye and thank you"));
    self.signals.push(AgentClosed{.on_purpose = true, .reason = "done"});
  });

  const auto result = desk.play(agent, {user("hours"), interrupt("wait", {.after = 500ms}), succeed("")});

  ASSERT_FALSE(result.error) << result.error->message;
  EXPECT_THAT(words(result), ElementsAre("hours", "that is all goodbye and thank you"));
  const auto& cut = result.call->interruptions.at(0);
  EXPECT_EQ(cut.outcome, "turn_was_over");
  EXPECT_FALSE(cut.achieved);
  EXPECT_EQ(cut.missed, "the agent hung up 1.00 s into the call, before our user could cut in");
  EXPECT_FALSE(result.call->utterances.at(1).sent);
  EXPECT_FALSE(result.call->turns.at(0).transcript_truncated);
}

TEST(VoiceCall, AnAgentThatHangsUpMidWordKeepsWhatWasHeard_VOX14) {
  Desk desk;
  const auto agent = testing_support::played_agent(paced(), [&](PlayedAgent& self) -> Task<> {
    co_await self.clock.sleep_for(1s);
    self.signals.push(spoken(*desk.tones, "goodbye now"));
    self.signals.push(AgentClosed{.on_purpose = false, .reason = "line dropped"});
  });

  const auto result = desk.play(agent, {user("hours"), antiphon::agent(), user("hello"), sleep(3s), antiphon::agent()});

  ASSERT_TRUE(result.error);
  EXPECT_EQ(result.error->party, Party::agent);
  EXPECT_THAT(result.error->message, HasSubstr("the agent hung up 1.00 s into the call, while it was speaking: line dropped"));
  EXPECT_THAT(words(result), ElementsAre("hours", "goodbye now"));
  EXPECT_FALSE(result.call->utterances.back().sent);
  EXPECT_THAT(result.notices, testing::Contains(HasSubstr("\"hello\" was not said: the agent had hung up 1.00 s into the call")));
  ASSERT_TRUE(result.recording);
  EXPECT_GT(audio::rms_dbfs(result.recording->track(audio::Speaker::agent, 1s, 600ms)), -30);
}

TEST(VoiceCall, AnAgentThatHangsUpInItsLastWordHasNotPassed_TRN21) {
  Desk desk;
  const auto agent = testing_support::played_agent(paced(), [&](PlayedAgent& self) -> Task<> {
    co_await self.clock.sleep_for(1s);
    self.signals.push(spoken(*desk.tones, "we open at nine"));
    self.signals.push(AgentClosed{.on_purpose = false, .reason = "line dropped"});
  });

  const auto result = desk.play(agent, {user("hours"), antiphon::agent()});
  EXPECT_EQ(result.outcome, RunOutcome::error);
  ASSERT_TRUE(result.error);
  EXPECT_EQ(result.error->party, Party::agent);
  EXPECT_THAT(result.error->message, HasSubstr("the agent hung up 1.00 s into the call, while it was speaking: line dropped"));
  EXPECT_THAT(words(result), ElementsAre("hours", "we open at nine"));

  EXPECT_EQ(desk.play(agent, {user("hours"), antiphon::agent(), fail("no")}).outcome, RunOutcome::failed);
}

TEST(VoiceCall, ALineThatFoundNobodyOnTheLineIsUnsaid_SCN41) {
  Desk desk;
  const auto agent = testing_support::played_agent(paced(), [&](PlayedAgent& self) -> Task<> {
    co_await self.clock.sleep_for(1s);
    self.signals.push(spoken(*desk.tones, "goodbye"));
    co_await self.clock.sleep_for(900ms);
    self.signals.push(AgentClosed{.on_purpose = true, .reason = "done"});
  });

  const auto result =
      run({.name = "a call", .agent = agent, .user = scripted_user({"hours", "thank you"})}, {.seed = 7, .speech = testing_support::tone_speech(desk.tones)});
  EXPECT_THAT(words(result), ElementsAre("hours", "goodbye"));
  EXPECT_EQ(result.user_report.at("unsaid"), (json::array{"thank you"}));
}

AdapterCapabilities telling(bool signalled) {
  auto capabilities = paced();
  capabilities.streaming_transcripts = true;
  capabilities.turn_end = signalled;
  return capabilities;
}

// Stops where our user speaks over it, and answers; `told`: of what was cut off, too, it tells the words.
Task<> stop_and_answer(PlayedAgent& agent, std::shared_ptr<Tones> tones, bool told) {
  co_await agent.clock.sleep_for(1s);
  const std::string cut_off = "one two three four five six seven eight", answer = "you are welcome";
  if (told) agent.signals.push(AgentTranscript{.text = cut_off, .final = true});
  agent.signals.push(spoken(*tones, cut_off));
  co_await agent.clock.sleep_for(1500ms);
  agent.signals.push(AgentClear{});
  co_await agent.clock.sleep_for(1500ms);
  if (told) agent.signals.push(AgentTranscript{.text = answer, .final = true});
  agent.signals.push(spoken(*tones, answer));
  if (!told) agent.signals.push(AgentTranscript{.text = answer, .final = true});
  agent.signals.push(AgentTurnEnd{});
  co_await agent.clock.sleep_for(1h);
}

TEST(VoiceCall, ALineOverTheAgentLeavesEachTurnItsOwnWords_VOX11) {
  Desk desk;
  for (const bool signalled : {false, true}) {
    const auto agent = testing_support::played_agent(telling(signalled), [&](PlayedAgent& self) { return stop_and_answer(self, desk.tones, true); });

    const auto result = desk.play(agent, {user("hours"), sleep(1700ms), user("thank you"), antiphon::agent(), succeed("")});

    ASSERT_FALSE(result.error) << result.error->message;
    EXPECT_THAT(words(result), ElementsAre("hours", "one two three four five six seven eight", "thank you", "you are welcome")) << signalled;
    ASSERT_EQ(result.call->turns.size(), 2U);
    EXPECT_EQ(result.call->turns[0].ending, TurnEnding::cleared);
    EXPECT_TRUE(result.call->turns[0].transcript_truncated);
    EXPECT_EQ(result.call->turns[1].told, "you are welcome");
  }
}

TEST(VoiceCall, WordsThatComeInPiecesAheadOfTheirSoundAreAllOfOneTurn_VOX11) {
  Desk desk;
  for (const bool signalled : {false, true}) {
    const auto agent = testing_support::played_agent(telling(signalled), [&](PlayedAgent& self) -> Task<> {
      for (const auto* text : {"good day", "we open at nine"}) {
        co_await self.clock.sleep_for(2500ms);
        std::istringstream words(text);
        for (std::string word; words >> word;) {
          self.signals.push(AgentTranscript{.text = word + " "});
          co_await self.clock.sleep_for(50ms);
        }
        self.signals.push(spoken(*desk.tones, text));
        self.signals.push(AgentTurnEnd{});
      }
      co_await self.clock.sleep_for(1h);
    });

    const auto result = desk.play(agent, {user("hello"), antiphon::agent(), user("hours"), antiphon::agent(), succeed("")});
    EXPECT_THAT(words(result), ElementsAre("hello", "good day ", "hours", "we open at nine ")) << signalled;
  }
}

TEST(VoiceCall, ACutOffTurnThatToldNoWordsHasNoneOfTheAnswers_VOX11) {
  Desk desk;
  for (const bool signalled : {false, true}) {
    const auto agent = testing_support::played_agent(telling(signalled), [&](PlayedAgent& self) { return stop_and_answer(self, desk.tones, false); });

    const auto result = desk.play(agent, {user("hours"), sleep(1700ms), user("thank you"), antiphon::agent(), succeed("")});
    EXPECT_EQ(words(result).back(), "you are welcome") << signalled;
  }
}

TEST(VoiceCall, WordsOfAGreetingThatNobodyHeardAreNobodys_VOX11) {
  Desk desk;
  const auto agent = testing_support::played_agent(telling(false), [&](PlayedAgent& self) -> Task<> {
    self.signals.push(AgentTranscript{.text = "good morning", .final = true});
    self.signals.push(AgentTurnEnd{});
    self.signals.push(AgentClear{});
    co_await self.clock.sleep_for(1s);
    self.signals.push(AgentTranscript{.text = "we open at nine", .final = true});
    co_await answer_after(self, desk.tones, 0s, "we open at nine");
  });

  EXPECT_THAT(words(desk.play(agent, {user("hours"), antiphon::agent(), succeed("")})), ElementsAre("hours", "we open at nine"));
}

TEST(VoiceCall, WhatWasSaidBeforeATimeoutIsJudged_SCN72) {
  Desk desk;
  const auto agent =
      testing_support::played_agent(paced(), [&](PlayedAgent& self) { return answer_after(self, desk.tones, 1s, "your card is four two four two and so on"); });
  Check check = not_contains("your card");

  const auto result = run({.name = "a call", .agent = agent, .script = {user("hours"), antiphon::agent()}, .checks = {check}, .turn_timeout = 2s},
                          {.seed = 7, .speech = testing_support::tone_speech(desk.tones)});
  EXPECT_THAT(words(result), ElementsAre("hours", testing::StartsWith("your card")));
  EXPECT_EQ(result.outcome, RunOutcome::failed) << "nothing later could have mended it";
  ASSERT_TRUE(result.error);
  EXPECT_THAT(result.error->message, HasSubstr("gave no answer within 2.00 s (turn_timeout); it has been speaking since 1.05 s into the call, without an end"));
}

/// Does not come to an end at the first speech that it hears, or fails at each.
class StuckAtFirst final : public SpeechToText {
 public:
  StuckAtFirst(std::shared_ptr<Tones> tones, Clock& clock, std::shared_ptr<int> heard, bool fails)
      : ear_(std::move(tones)), clock_(clock), heard_(std::move(heard)), fails_(fails) {}
  Task<Recognition> transcribe(audio::Samples samples, RecognitionSettings settings, Deadline deadline) override {
    ++*heard_;
    if (fails_) throw Error(ErrorKind::unavailable, "503").with_party(Party::provider);
    if (*heard_ == 1) co_await clock_.sleep_for(25s);
    co_return co_await ear_.transcribe(std::move(samples), std::move(settings), deadline);
  }
  Task<std::unique_ptr<RecognitionStream>> open(RecognitionSettings settings, Deadline deadline) override {
    co_return co_await ear_.open(std::move(settings), deadline);
  }
  const RecognitionCapabilities& capabilities() const override { return ear_.capabilities(); }
  const std::string& name() const override { return ear_.name(); }

 private:
  testing_support::ToneEar ear_;
  Clock& clock_;
  std::shared_ptr<int> heard_;
  bool fails_;
};

std::shared_ptr<const SpeechRegistry> ears_stuck_at_first(std::shared_ptr<Tones> tones, std::shared_ptr<int> heard = std::make_shared<int>(),
                                                          bool fails = false) {
  auto registry = std::make_shared<SpeechRegistry>();
  registry->add("tones",
                SpeechRegistry::VoiceProvider{.make = [tones](const auto&, const auto&) { return std::make_unique<testing_support::ToneVoice>(tones); },
                                              .waits_on_clock_alone = true});
  registry->add("stuck", SpeechRegistry::EarProvider{.make =
                                                         [tones, heard, fails](const auto&, const SpeechContext& context) {
                                                           return std::make_unique<StuckAtFirst>(tones, context.runtime.clock, heard, fails);
                                                         },
                                                     .waits_on_clock_alone = true});
  registry->prefer_voices({"tones"});
  registry->prefer_ears({"stuck"});
  return registry;
}

TEST(VoiceCall, WhatWasBeingUnderstoodWhenTimeRanOutIsJudged_SCN72) {
  for (const bool tells : {false, true}) {
    Desk desk;
    const auto agent = testing_support::played_agent(tells ? telling(false) : paced(), [&](PlayedAgent& self) -> Task<> {
      co_await self.clock.sleep_for(1s);
      if (tells) self.signals.push(AgentTranscript{.text = "your card is four two", .final = true});
      co_await answer_after(self, desk.tones, 0s, "your card is four two");
    });
    Scenario scenario{
        .name = "a call", .agent = agent, .script = {user("hours"), antiphon::agent()}, .checks = {not_contains("your card")}, .turn_timeout = 5s};
    scenario.voice.hear = EarChoice{};

    const auto result = run(scenario, {.seed = 7, .speech = ears_stuck_at_first(desk.tones)});
    EXPECT_THAT(words(result), ElementsAre("hours", "your card is four two"));
    EXPECT_EQ(result.outcome, RunOutcome::failed);
    ASSERT_TRUE(result.error);
    EXPECT_THAT(result.error->message, HasSubstr("within 5.00 s (turn_timeout)"));
    EXPECT_EQ(result.call->turns.at(0).told.has_value(), tells);
  }
}

TEST(VoiceCall, ARecogniserThatFailsIsNotAskedAgainAndWhatWasToldIsKept_SCN72) {
  Desk desk;
  const auto agent = testing_support::played_agent(telling(false), [&](PlayedAgent& self) -> Task<> {
    co_await self.clock.sleep_for(1s);
    self.signals.push(AgentTranscript{.text = "your card is four two", .final = true});
    co_await answer_after(self, desk.tones, 0s, "your card is four two");
  });
  Scenario scenario{.name = "a call", .agent = agent, .script = {user("hours"), antiphon::agent()}, .checks = {not_contains("your card")}};
  scenario.voice.hear = EarChoice{};
  const auto asked = std::make_shared<int>();

  const auto result = run(scenario, {.seed = 7, .speech = ears_stuck_at_first(desk.tones, asked, true)});
  EXPECT_EQ(*asked, 1);
  ASSERT_TRUE(result.error);
  EXPECT_EQ(result.error->message, "503");
  EXPECT_THAT(words(result), testing::Contains("your card is four two"));
}

TEST(VoiceCall, NobodyWaitsForWordsOfATurnOnceWeHaveHungUp_SCN72) {
  Desk desk;
  const auto agent = testing_support::played_agent(
      telling(false), [&](PlayedAgent& self) { return answer_after(self, desk.tones, 1s, "your card is four two four two and so on"); });

  const auto result = run({.name = "a call", .agent = agent, .script = {user("hours"), antiphon::agent()}, .turn_timeout = 2s},
                          {.seed = 7, .speech = testing_support::tone_speech(desk.tones)});
  EXPECT_EQ(result.messages.size(), 2U) << "what was heard of it, which it told no words of";
}

TEST(VoiceCall, ASpeechWithoutEndThatBeganBeforeOurLineDoesNotAnswerIt_VOX11) {
  Desk desk;
  std::string long_speech;
  for (int i = 0; i < 60; ++i) long_speech += "on ";
  auto agent = testing_support::played_agent(paced(), [&](PlayedAgent& self) -> Task<> {
    co_await answer_after(self, desk.tones, 1s, long_speech);  // 18 s
  });

  const auto result = desk.play(agent, {user("hours"), sleep(2s), user("thank you"), antiphon::agent()}, {.response_max_duration = 5s});
  ASSERT_TRUE(result.error) << "its third piece answers";
  EXPECT_THAT(result.error->message, HasSubstr("began no turn for 30 s after \"thank you\", over which it had spoken on until"));
}

TEST(VoiceCall, ABurstIsHeardInItsOwnTime_VOX14) {
  Desk desk;
  const auto agent = testing_support::played_agent(paced(), [&](PlayedAgent& self) -> Task<> {
    co_await self.clock.sleep_for(1s);
    for (int i = 0; i < 4; ++i) {
      self.signals.push(spoken(*desk.tones, "one two three"));
      co_await self.clock.sleep_for(50ms);
    }
    co_await self.clock.sleep_for(1h);
  });

  const auto result = desk.play(agent, {user("count"), antiphon::agent(), succeed("")});

  ASSERT_FALSE(result.error) << result.error->message;
  const auto& turn = result.call->turns.at(0);
  EXPECT_NEAR(std::chrono::duration<double>(turn.end - turn.start).count(), 4 * 0.95 - 0.05 - 0.06, 0.03);
  EXPECT_EQ(result.call->delivery.under_runs, 0U);
  EXPECT_GT(result.call->delivery.longest_tail, 3s);
}

TEST(VoiceCall, TwoRunsWithOneSeedAreTheSame_VOX80) {
  const auto once = [] {
    Desk desk;
    auto capabilities = paced();
    capabilities.interruption = true;
    const auto agent = testing_support::played_agent(capabilities, [&](PlayedAgent& self) { return talk_until_cleared(self, desk.tones); });
    return desk.play(agent, {user("hours"), interrupt("on sunday", {.after = 1500ms}), antiphon::agent(), silence(1s), dtmf("1w2#"), succeed("")},
                     {.effects = std::vector<VoiceEffect>{{"background_noise"}, {"packet_loss"}}});
  };
  const auto first = once(), second = once();

  ASSERT_FALSE(first.error) << first.error->message;
  EXPECT_EQ(words(first), words(second));
  EXPECT_EQ(first.answer_s, second.answer_s);
  for (const auto side : {audio::Speaker::user, audio::Speaker::agent}) EXPECT_EQ(first.recording->track(side, 0s, 1h), second.recording->track(side, 0s, 1h));
}

TEST(VoiceCall, StepsOfACallAreRefusedWithoutOne_SCN17) {
  const auto problems = antiphon::validate({.name = "text", .agent = [](std::string_view) { return std::string("hi"); }, .script = {silence(1s)}},
                                           *ModelRegistry::with_defaults());
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_THAT(problems[0], HasSubstr("step 1 of the script (`silence`) needs an agent that is spoken to"));
}

}  // namespace
}  // namespace antiphon
