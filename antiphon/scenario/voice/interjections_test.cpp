#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "antiphon/audio/levels.hpp"
#include "antiphon/base/latch.hpp"
#include "antiphon/result/measures/measures.hpp"
#include "antiphon/result/recording.hpp"
#include "antiphon/scenario/run.hpp"
#include "antiphon/scenario/testing/spoken.hpp"
#include "antiphon/scenario/voice/interjections.hpp"

namespace antiphon {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing_support::PlayedAgent;
using testing_support::Tones;

const char* const long_speech = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen";

struct Desk {
  std::shared_ptr<Tones> tones = std::make_shared<Tones>();
  int utterances = 0;  // of which the agent was told that they are over

  // Speaks for 5.4 s, then answers each further utterance that it is told of in a word.
  ParticipantSpec talker() {
    return testing_support::played_agent({.paced = true}, [this](PlayedAgent& self) -> Task<> {
      while (self.utterances == 0) co_await self.clock.sleep_for(20ms);
      co_await self.clock.sleep_for(300ms);
      self.signals.push(AgentAudio{tones->speak(long_speech)});
      while (self.utterances == 1) {
        utterances = self.utterances;
        co_await self.clock.sleep_for(20ms);
      }
      co_await self.clock.sleep_for(300ms);
      self.signals.push(AgentAudio{tones->speak("goodbye")});
      utterances = self.utterances;
      co_await self.clock.sleep_for(1h);
    });
  }

  ScenarioResult play(VoiceOptions voice, std::vector<Step> script, std::uint64_t seed = 7) {
    return run({.name = "a call", .agent = talker(), .voice = std::move(voice), .script = std::move(script)},
               {.seed = seed, .speech = testing_support::tone_speech(tones)});
  }
};

InterjectionConfig always(std::vector<std::string> words = {}) { return {.probability = 1, .least = 1s, .most = 1500ms, .words = std::move(words)}; }
const std::vector<Step> one_turn{user("hours"), agent(), succeed("")};

std::vector<std::string> words(const ScenarioResult& result) {
  std::vector<std::string> all;
  for (const auto& message : result.messages) all.push_back(message.text());
  return all;
}

std::vector<UserUtterance> of_kind(const ScenarioResult& result, UtteranceKind kind) {
  auto all = result.call->utterances;
  std::erase_if(all, [&](const UserUtterance& utterance) { return utterance.kind != kind; });
  return all;
}

TEST(Interjections, AreMadeWhileTheAgentSpeaksAndAreNoTurn_VOX35) {
  Desk desk;
  const auto result = desk.play({.backchannels = always()}, {user("hours"), agent(), user("thanks"), agent(), succeed("")});

  ASSERT_FALSE(result.error) << result.error->message;
  EXPECT_THAT(words(result), ElementsAre("hours", long_speech, "thanks", "goodbye"));
  const auto sounds = of_kind(result, UtteranceKind::backchannel);
  ASSERT_GE(sounds.size(), 3U);
  const auto& turn = result.call->turns.at(0);
  for (const auto& sound : sounds) {
    EXPECT_THAT((std::vector<std::string>{"okay", "right", "yes"}), ::testing::Contains(sound.text));
    EXPECT_EQ(sound.expect, Expectation::ignore);
    EXPECT_FALSE(sound.message);
    EXPECT_GE(sound.voiced.front().start, turn.start + 1s);
    EXPECT_LT(sound.voiced.front().start, turn.end);
  }
  EXPECT_EQ(desk.utterances, 2) << "the agent is not told that a turn of ours is over";
  EXPECT_THAT(voice::measure(*result.call).user_turns, SizeIs(2));
}

TEST(Interjections, StandInRecordingAndTimelineAndTakeNoLatency_VOX35) {
  Desk desk;
  const auto result = desk.play({.backchannels = always({"okay"})}, {user("hours"), agent(), user("thanks"), agent(), succeed("")});

  ASSERT_FALSE(result.error) << result.error->message;
  const auto sounds = of_kind(result, UtteranceKind::backchannel);
  ASSERT_THAT(sounds, ::testing::Not(IsEmpty()));
  const auto at = sounds[0].voiced.front().start;
  EXPECT_GT(audio::rms_dbfs(result.recording->track(audio::Speaker::user, at, 200ms)), -30);
  std::size_t told = 0, latencies = 0;
  for (const auto& event : result.call->events) {
    told += event.type == VoiceEventType::user_start_speaking && event.metadata.contains("kind") && event.metadata.at("kind") == "backchannel";
    latencies += event.latency.has_value();
  }
  EXPECT_EQ(told, sounds.size());
  EXPECT_EQ(latencies, 2U);
  ASSERT_EQ(result.answer_s.size(), 2U);
  EXPECT_LT(result.answer_s[0], 0.6);
  EXPECT_LT(result.answer_s[1], 0.6);
}

TEST(Interjections, HesitationsAreToldApart_VOX35) {
  Desk desk;
  const auto result = desk.play({.hesitations = always()}, one_turn);

  ASSERT_FALSE(result.error) << result.error->message;
  EXPECT_THAT(of_kind(result, UtteranceKind::backchannel), IsEmpty());
  EXPECT_THAT(of_kind(result, UtteranceKind::hesitation), ::testing::Not(IsEmpty()));
  EXPECT_EQ(voice::measure(*result.call).figures.at("talk_over_s")->value, 0);
}

TEST(Interjections, AnAgentThatStopsForOneIsCounted_VOX35_VOX90) {
  Desk desk;
  const auto result = desk.play({.backchannels = always()}, one_turn);
  const auto figure = voice::measure(*result.call).figures.at("false_interruptions");

  ASSERT_TRUE(figure);
  EXPECT_EQ(figure->n, of_kind(result, UtteranceKind::backchannel).size());
  const auto end = result.call->turns.at(0).end;
  const auto last_second =
      std::ranges::count_if(of_kind(result, UtteranceKind::backchannel), [&](const auto& sound) { return sound.voiced.front().start > end - 1s; });
  EXPECT_EQ(figure->value, last_second) << "this one speaks on; who ends of its own will within a second cannot be told from who stops";
}

TEST(Interjections, FollowTheSeed_VOX35) {
  const auto starts = [](std::uint64_t seed) {
    Desk desk;
    std::vector<Duration> all;
    for (const auto& sound :
         of_kind(desk.play({.backchannels = InterjectionConfig{.probability = 0.5, .most = 2s}}, one_turn, seed), UtteranceKind::backchannel))
      all.push_back(sound.start);
    return all;
  };
  EXPECT_EQ(starts(3), starts(3));
  EXPECT_NE(starts(3), starts(4));
}

TEST(Interjections, WhatOneTurnDrawsShiftsNothingInAnother_VOX35) {
  const VoiceOptions options{.backchannels = InterjectionConfig{.probability = 0.5}};
  voice::Interjections one(options, 7, "x"), other(options, 7, "x");
  for (int i = 0; i < 40; ++i) one.due(0, i * 250ms, true);  // ten seconds of the first turn; the other call's was short
  std::vector<bool> first, second;
  for (int i = 0; i < 80; ++i) {
    first.push_back(one.due(1, i * 250ms, true) != nullptr);
    second.push_back(other.due(1, i * 250ms, true) != nullptr);
  }
  EXPECT_EQ(first, second);
  EXPECT_THAT(first, ::testing::Contains(true));
}

TEST(Interjections, AChanceThatCannotBeTakenIsGone_VOX35) {
  voice::Interjections sounds({.backchannels = always()}, 7, "x");
  EXPECT_EQ(sounds.due(0, 1500ms, false), nullptr);
  EXPECT_EQ(sounds.due(0, 1520ms, true), nullptr);
}

TEST(Interjections, NoneAreMadeWhileOurUserCutsIn_VOX33_VOX35) {
  Desk desk;
  const auto result = desk.play({.backchannels = InterjectionConfig{.probability = 1, .least = 100ms, .most = 200ms}},
                                {user("hours"), interrupt("wait", {.after = 2s}), succeed("")});

  ASSERT_FALSE(result.error) << result.error->message;
  const auto& cut = result.call->interruptions.at(0);
  EXPECT_LT(std::chrono::abs(*cut.achieved - *cut.intended), 100ms);
  EXPECT_EQ(result.call->utterances.back().kind, UtteranceKind::interruption);
}

TEST(Interjections, NoisesWithoutASpellingAreRefused_VOX35) {
  const auto refused = [](VoiceOptions options) { return problems_of(options, *testing_support::tone_speech()); };
  EXPECT_THAT(refused({.backchannels = always({"okay", "uh-huh"})}), ElementsAre(HasSubstr("\"uh-huh\" is a noise")));
  EXPECT_THAT(refused({.backchannels = always({"sí", "да", "はい"})}), testing::IsEmpty());
  EXPECT_THAT(refused({.hesitations = always({"Hmm"})}), ElementsAre(HasSubstr("for hesitations, or give the user's voice a `lexicon` entry")));
  VoiceOptions spelt{.backchannels = always({"uh-huh"})};
  spelt.user.lexicon["uh-huh"] = "uh huh";
  EXPECT_THAT(refused(spelt), IsEmpty());
  EXPECT_THAT(refused({.backchannels = InterjectionConfig{.probability = 1.5}}), ElementsAre(HasSubstr("lies between 0 and 1")));
  EXPECT_THAT(refused({.backchannels = InterjectionConfig{.least = 2s, .most = 1s}}), ElementsAre(HasSubstr("its least is not above its most")));
}

class EarThatHears final : public SpeechToText {
 public:
  explicit EarThatHears(std::string text) : text_(std::move(text)) {}
  Task<Recognition> transcribe(audio::Samples, RecognitionSettings, Deadline) override { co_return Recognition{.text = text_}; }
  Task<std::unique_ptr<RecognitionStream>> open(RecognitionSettings, Deadline) override { throw Error(ErrorKind::unsupported, "whole only"); }
  const RecognitionCapabilities& capabilities() const override { return capabilities_; }
  const std::string& name() const override { return name_; }

 private:
  std::string text_, name_ = "fixed";
  RecognitionCapabilities capabilities_{.waits_on_clock_alone = true};
};

ScenarioResult with_uh_huh(const std::string& read_back_as) {
  Desk desk;
  auto speech = std::make_shared<SpeechRegistry>();
  speech->add("tones", SpeechRegistry::VoiceProvider{.make = [&](const auto&, const auto&) { return std::make_unique<testing_support::ToneVoice>(desk.tones); },
                                                     .waits_on_clock_alone = true});
  speech->add("fixed", SpeechRegistry::EarProvider{.make = [=](const auto&, const auto&) { return std::make_unique<EarThatHears>(read_back_as); },
                                                   .waits_on_clock_alone = true});
  speech->prefer_voices({"tones"});
  speech->prefer_ears({"fixed"});
  VoiceOptions voice{.backchannels = always({"uh-huh"})};
  voice.user.lexicon["uh-huh"] = "uh huh";
  return run({.name = "a call", .agent = desk.talker(), .voice = std::move(voice), .script = one_turn}, {.seed = 7, .speech = speech});
}

TEST(Interjections, ANoiseThatIsReadBackRightIsMade_VOX35) {
  const auto result = with_uh_huh("Uh-huh.");
  ASSERT_FALSE(result.error) << result.error->message;
  EXPECT_THAT(of_kind(result, UtteranceKind::backchannel), ::testing::Not(IsEmpty()));
}

TEST(Interjections, ANoiseThatIsReadBackAsSomethingElseIsTheHarnesss_VOX35) {
  const auto result = with_uh_huh("a ha");
  ASSERT_TRUE(result.error);
  EXPECT_EQ(result.error->party, Party::harness);
  EXPECT_THAT(result.error->message, HasSubstr("\"uh-huh\" is read back by fixed as \"a ha\""));
  EXPECT_THAT(result.messages, IsEmpty());
}

}  // namespace
}  // namespace antiphon
