#include "antiphon/providers/tts/flite/flite_voice.hpp"

#include <atomic>
#include <cstdlib>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/audio/levels.hpp"
#include "antiphon/providers/llm/testing.hpp"
#include "antiphon/providers/tts/local_voice.hpp"

namespace antiphon::flite {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing_tools::error_of;
using testing_tools::World;

constexpr const char* sentence = "I would like to return order A 1 0 0 7, please.";

class FliteVoice : public testing::TestWithParam<std::string> {};

TEST_P(FliteVoice, SaysTheSameOnTwoThreadsAtOnceWhateverOthersDraw_VOX80) {
  const auto alone = say(sentence, GetParam(), 1);
  std::atomic<bool> over = false;
  std::thread drawing([&] {
    while (!over) std::rand();  // NOLINT: the numbers that must not matter
  });
  audio::Samples first, second;
  std::thread other([&] { first = say(sentence, GetParam(), 1); });
  second = say(sentence, GetParam(), 1);
  other.join();
  over = true;
  drawing.join();
  EXPECT_EQ(first, alone);
  EXPECT_EQ(second, alone);
}

TEST_P(FliteVoice, SaysTheSameAfterOtherTextsAndSpeeds_VOX80) {
  const auto before = say(sentence, GetParam(), 1);
  say("Something else: 42.", GetParam(), 1.5);
  for (const auto& voice : voices()) say("And another voice.", voice, 0.7);
  EXPECT_EQ(say(sentence, GetParam(), 1), before);
}

TEST_P(FliteVoice, IsFasterWhereItIsToldTo) {
  const auto usual = static_cast<double>(say(sentence, GetParam(), 1).size());
  EXPECT_NEAR(static_cast<double>(say(sentence, GetParam(), 2).size()) / usual, 0.5, 0.1);
  EXPECT_NEAR(static_cast<double>(say(sentence, GetParam(), 0.5).size()) / usual, 2, 0.3);
}

INSTANTIATE_TEST_SUITE_P(Each, FliteVoice, testing::ValuesIn(voices().begin(), voices().end()), [](const auto& info) { return info.param; });

TEST(Rand, GivesOthersWhatTheSystemGives) {
  std::srand(7);                                         // NOLINT: this is about rand
  const auto first = std::rand(), second = std::rand();  // NOLINT
  srandom(7);
  EXPECT_EQ(random(), first);
  EXPECT_EQ(random(), second);
  std::srand(7);  // NOLINT
  say(sentence, "slt", 1);
  EXPECT_EQ(std::rand(), first);  // NOLINT: speaking took none
}

class FliteProvider : public testing::Test {
 protected:
  audio::Samples said(const std::string& text, double speed = 1, VoiceChoice choice = "flite/kal16") {
    World world;
    testing_tools::ScriptedHttp http;
    const SpeechContext context{.runtime = world.runtime, .http = http};
    const auto voice = provider().make(choice, context);
    return world.run(synthesize_whole(*voice, {.text = text, .voice = "kal16", .speed = speed}, Deadline::never()));
  }
};

TEST_F(FliteProvider, SpeaksAtTheCanonicalLevelWithLittleSilenceAround_VOX21) {
  const auto speech = said("Hello, how can I help you today?");
  EXPECT_NEAR(audio::active_dbfs(speech), audio::speech_dbfs, 0.5);
  EXPECT_EQ(trimmed(speech, 0.05, 0.1).size(), speech.size());
}

TEST_F(FliteProvider, IsSilentWhereNothingCanBeSaid) {
  EXPECT_THAT(said(""), IsEmpty());
  EXPECT_THAT(said(" ... !? \n"), IsEmpty());
  EXPECT_THAT(said("🙂 你好"), IsEmpty());
  EXPECT_THAT(said(std::string("\x01\x02\x7F\0", 4)), IsEmpty());
}

TEST_F(FliteProvider, SaysAnythingElse) {
  for (const auto& text : {std::string("Grüße, 世界 & <b>co</b> 🙂!"), std::string(300, 'q'), std::string("$ % ^ 12,345,678,901,234,567,890.12 -- (((a)))"),
                           std::string("1/2/3 12:61 $1.2.3 'tis A's B.C. #hash @home x=y")})
    EXPECT_GT(said(text).size(), 4000U) << text;
}

TEST_F(FliteProvider, SaysFiveThousandCharacters) {
  std::string text;
  while (text.size() < 5000) text += "The parcel with the number 4711 was sent on Monday, and it should be with you by Thursday. ";
  EXPECT_GT(said(text).size(), std::size_t{24000} * 200);
}

TEST_F(FliteProvider, TakesTheUsersSpellingsFirst) {
  VoiceChoice respelled = "flite/kal16";
  respelled.lexicon = {{"Nguyen", "win"}};
  EXPECT_EQ(said("Mr. Nguyen", 1, respelled), said("Mr. win"));
  EXPECT_NE(said("Mr. Nguyen"), said("Mr. win"));
}

TEST_F(FliteProvider, RefusesWrongNamesWithTheNearestAndWrongSpeeds) {
  const auto error = error_of([] { provider().check("flite/kal61"); });
  EXPECT_EQ(error.kind(), ErrorKind::configuration);
  EXPECT_THAT(error.message(), HasSubstr("did you mean flite/kal16?"));
  EXPECT_THAT(error.hint(), HasSubstr("flite/slt, flite/rms, flite/kal16, flite/awb"));
  EXPECT_THAT(error_of([&] { said("Hi", 3); }).message(), HasSubstr("between 0.5 and 2"));
  EXPECT_NO_THROW(provider().check("flite"));
}

TEST_F(FliteProvider, StreamsSentenceBySentence_VOX21) {
  World world;
  testing_tools::ScriptedHttp http;
  const auto voice = provider().make("flite/kal16", {.runtime = world.runtime, .http = http});
  EXPECT_TRUE(voice->capabilities().streaming);
  auto speech = world.run(voice->synthesize({.text = "One. Two!", .voice = "kal16"}, Deadline::never()));
  EXPECT_TRUE(world.run(speech->next(Deadline::never())));
  const auto second = world.run(speech->next(Deadline::never()));
  ASSERT_TRUE(second);
  EXPECT_EQ(audio::rms_dbfs(audio::SampleView(*second).first(4800)), audio::silence_dbfs);  // a breath
  EXPECT_FALSE(world.run(speech->next(Deadline::never())));
}

}  // namespace
}  // namespace antiphon::flite
