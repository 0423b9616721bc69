#include "antiphon/providers/stt/pocketsphinx/pocketsphinx.hpp"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "antiphon/audio/testing/signals.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/spoken_text.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/providers/llm/testing.hpp"
#include "antiphon/providers/stt/pocketsphinx/vocabulary.hpp"
#include "antiphon/providers/tts/flite/flite_voice.hpp"

namespace antiphon::pocketsphinx {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing_tools::error_of;
using testing_tools::World;

std::string aloud(const std::vector<Sentence>& sentences) {
  std::string text;
  for (const auto& sentence : sentences) text += (text.empty() ? "" : " | ") + join(sentence, " ");
  return text;
}

TEST(PhraseReadings, SayNumbersInWords) {
  EXPECT_EQ(aloud(readings("Hello there. How's it going?")), "hello there | how's it going");
  EXPECT_EQ(aloud(readings("a 1007")), "a one thousand seven | a one zero zero seven");
  EXPECT_EQ(aloud(readings("$3.50")), "three dollars and fifty cents | three dollars fifty");
  EXPECT_EQ(aloud(readings("1,250,000 at 5 p.m.")), "one million two hundred fifty thousand at five p m | one two five zero zero zero zero at five p m");
  EXPECT_EQ(aloud(reading("3.14 is 20%")), "three point one four is twenty percent");
  EXPECT_EQ(aloud(reading("007")), "zero zero seven");
  EXPECT_EQ(aloud(reading("")), "");
  EXPECT_EQ(aloud(reading("123456789012345678901")), "one two three four five six seven eight nine zero one two three four five six seven eight nine zero one");
}

TEST(ArpaModel, SumsToOneAfterEachHistory) {
  const auto text = arpa_model({{"a", "b"}, {"a", "c"}, {"b"}});
  EXPECT_THAT(text, HasSubstr("ngram 1=5\n"));
  // p(a) + p(b) + p(c) + p(</s>) of the words that may follow nothing known; <s> never follows.
  double sum = 0;
  for (const auto& line : split(text.substr(text.find("\\1-grams:"), text.find("\\2-grams:") - text.find("\\1-grams:")), '\n'))
    if (const auto tab = line.find('\t'); tab != std::string::npos) sum += std::pow(10, std::stod(line.substr(0, tab)));
  EXPECT_NEAR(sum, 8.0 / 11, 0.001);  // three of eleven are <s>
}

TEST(PocketSphinxDictionary, TellsWhatIsNotKnown_VOX91) {
  const auto known = words_known("Please reset my zyxxqwort password, order 12");
  EXPECT_EQ(known.words, 7U);
  EXPECT_THAT(known.unknown, ElementsAre("zyxxqwort"));
  EXPECT_NEAR(known.unknown_rate(), 1.0 / 7, 1e-9);
  EXPECT_THAT(words_known("reset the router", {"reset the password"}).unknown, ElementsAre("router"));
  EXPECT_EQ(words_known("").unknown_rate(), 0);
}

class PocketSphinx : public ::testing::Test {
 protected:
  std::unique_ptr<SpeechToText> ear() { return provider().make("pocketsphinx", {.runtime = world.runtime, .http = http}); }
  audio::Samples spoken(const std::string& text) {
    const auto voice = flite::provider().make("flite/slt", {.runtime = world.runtime, .http = http});
    return world.run(synthesize_whole(*voice, {.text = text, .voice = "slt"}, Deadline::never()));
  }
  Recognition heard(audio::Samples samples, std::vector<std::string> primed) {
    return world.run(ear()->transcribe(std::move(samples), {.phrases = std::move(primed)}, Deadline::never()));
  }

  const std::vector<std::string> phrases{"I would like to cancel my order", "your refund is on its way", "what is the balance of my account",
                                         "the price is $3.50"};
  World world;
  testing_tools::ScriptedHttp http;
};

TEST_F(PocketSphinx, UnderstandsTheWordsItWasGiven_VOX22) {
  WordErrors errors;
  for (const auto& phrase : phrases) {
    const auto found = heard(spoken(phrase), phrases);
    errors += word_errors(phrase, found.text);
    ASSERT_EQ(found.words.size(), split(found.text, ' ').size());
    for (std::size_t i = 1; i < found.words.size(); ++i) EXPECT_GE(found.words[i].start, found.words[i - 1].start);
  }
  EXPECT_LE(errors.rate(), 0.05) << errors.errors() << " of " << errors.words;
}

TEST_F(PocketSphinx, HearsTheSameWhateverCameBefore_VOX80) {
  const auto first = spoken(phrases[0]), second = spoken(phrases[1]);
  const auto alone = heard(first, phrases).text;
  heard(second, phrases);
  heard(audio::testing::noise(2, -10), phrases);
  EXPECT_EQ(heard(first, phrases).text, alone);
}

TEST_F(PocketSphinx, ReadsPhrasesFromAFile_VOX22) {
  const auto path = ::testing::TempDir() + "phrases-" + std::to_string(::getpid());
  write_file_atomically(path, "cancel my order\n\nhello\n");
  EXPECT_THAT(phrases_in({path, "and this"}), ElementsAre("cancel my order", "hello", "and this"));
  EXPECT_THAT(heard(spoken("cancel my order"), {path}).text, HasSubstr("order"));
}

TEST_F(PocketSphinx, HearsNothingInNothing_VOX22) {
  for (const auto& samples : {audio::Samples{}, audio::Samples{1}, audio::testing::silence(2)}) EXPECT_EQ(heard(samples, phrases).text, "");
}

TEST_F(PocketSphinx, RefusesWhatItCannotUse_VOX22) {
  EXPECT_EQ(error_of([&] { heard(spoken("hello"), {"zyxxqwort"}); }).kind(), ErrorKind::configuration);
  EarChoice french("pocketsphinx");
  french.language = "fr";
  EXPECT_EQ(error_of([&] { provider().check(french); }).kind(), ErrorKind::configuration);
  EXPECT_EQ(error_of([&] { provider().check("pocketsphinx/en"); }).kind(), ErrorKind::configuration);
}

TEST(SpeechDefaults, ListenWithMoonshineElsePocketSphinx_VOX22) {
  const auto registry = SpeechRegistry::with_defaults();
  World world;
  testing_tools::ScriptedHttp http;
  const auto open = registry->open(EarChoice("auto"), {.runtime = world.runtime, .http = http});
  EXPECT_TRUE(open.recogniser->name() == "moonshine/tiny-en" || open.notice);
  EXPECT_TRUE(registry->waits_on_clock_alone(EarChoice("auto")));
}

TEST_F(PocketSphinx, OpenedWithPhrasesItSaysThatItIsPrimedAndWhatItCannotKnow_VOX90) {
  SpeechRegistry registry;
  registry.add("pocketsphinx", provider());
  const SpeechContext context{.runtime = world.runtime, .http = http};
  EarChoice choice("pocketsphinx");
  const auto open = registry.open(choice, context);
  EXPECT_FALSE(open.primed);
  EXPECT_EQ(open.count_words("reset the zyxxqwort").unknown, 1U);
  choice.phrases = {"reset the password"};
  const auto primed = registry.open(choice, context);
  EXPECT_TRUE(primed.primed);
  EXPECT_EQ(primed.count_words("reset the router").unknown, 1U);
  EXPECT_EQ(primed.count_words("reset the router").words, 3U);
}

}  // namespace
}  // namespace antiphon::pocketsphinx
