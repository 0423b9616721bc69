#include "antiphon/providers/tts/hibari/phonemes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/unicode.hpp"
#include "antiphon/providers/llm/testing.hpp"

namespace antiphon::hibari {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing_tools::error_of;

constexpr const char* gold =
    R"({"order":"ˈɔɹdəɹ","box":"bˈɑks","walk":"wˈɔk","wait":"wˈAt","make":"mˈAk","try":"tɹˈI","water":"wˈɔɾəɹ","read":{"DEFAULT":"ɹˈid","VBD":"ɹˈɛd"},
  "odd":{"VERB":"ˈɑd"},"none":null,"Mark":"mˈɑɹk","wasn't":"wˈʌzᵊnt","New York":"nu"})";
constexpr const char* silver = R"({"order":"WRONG","mark":"mˈɑɹk2","apple":"ˈæpᵊl","MARS":"mˈɑɹz"})";

TEST(HibariLexicon, FindsWordsOfBothPartsAndGoldWins) {
  const Lexicon lexicon(gold, silver);
  EXPECT_EQ(lexicon.exact("order"), "ˈɔɹdəɹ");
  EXPECT_EQ(lexicon.exact("apple"), "ˈæpᵊl");
  EXPECT_EQ(lexicon.exact("read"), "ɹˈid");
  EXPECT_EQ(lexicon.exact("water"), "wˈɔTəɹ");
  EXPECT_EQ(lexicon.exact("mark"), "mˈɑɹk2");  // a word goes before a name
  EXPECT_EQ(lexicon.exact("mars"), "mˈɑɹz");
  for (const auto* word : {"odd", "none", "Mark", "new", "new york", ""}) EXPECT_FALSE(lexicon.exact(word)) << word;
}

TEST(HibariLexicon, KnowsFormsOfItsWords) {
  const Lexicon lexicon(gold, silver);
  EXPECT_EQ(lexicon.sounds_of("orders"), "ˈɔɹdəɹz");
  EXPECT_EQ(lexicon.sounds_of("walks"), "wˈɔks");
  EXPECT_EQ(lexicon.sounds_of("boxes"), "bˈɑksᵻz");
  EXPECT_EQ(lexicon.sounds_of("tries"), "tɹˈIz");
  EXPECT_EQ(lexicon.sounds_of("walked"), "wˈɔkt");
  EXPECT_EQ(lexicon.sounds_of("waited"), "wˈAtᵻd");
  EXPECT_EQ(lexicon.sounds_of("ordered"), "ˈɔɹdəɹd");
  EXPECT_EQ(lexicon.sounds_of("making"), "mˈAkɪŋ");
  for (const auto* word : {"zebras", "s", "ed", "ing", "ringing"}) EXPECT_EQ(lexicon.sounds_of(word), "") << word;
}

TEST(HibariLexicon, RefusesWhatIsNoLexicon) {
  for (const auto* text : {"", "[]", "{\"a\":", "{\"a\":[\"b\"]}", "{} x"})
    EXPECT_EQ(error_of([&] { Lexicon(text, "{}"); }).kind(), ErrorKind::configuration) << text;
  EXPECT_THAT(error_of([] { unzipped("not gzip", "gold.gz"); }).message(), HasSubstr("gold.gz is damaged"));
}

class Phonemes : public testing::Test {
 protected:
  std::string of(const std::string& text) const { return phonemes_of(flite::analysed(text), lexicon); }
  const Lexicon lexicon{gold, silver};
};

TEST_F(Phonemes, TakeTheLexiconFirstAndRulesForTheRest) {
  EXPECT_EQ(of("order apple"), "ˈɔɹdəɹ ˈæpᵊl.");
  EXPECT_EQ(of("zebra"), phonemes_by_rule(flite::analysed("zebra").front()) + ".");
  EXPECT_THAT(of("zebra"), HasSubstr("z"));
}

TEST_F(Phonemes, KeepMarksThatTheNetworkKnows) {
  EXPECT_EQ(of("order, apple!"), "ˈɔɹdəɹ, ˈæpᵊl!");
  EXPECT_EQ(of("(order) \"apple\"?"), "ˈɔɹdəɹ ˈæpᵊl?");
}

TEST_F(Phonemes, OfSmallWordsDependOnWhatFollows) {
  EXPECT_EQ(of("the apple"), "ði ˈæpᵊl.");
  EXPECT_EQ(of("the box"), "ðə bˈɑks.");
  EXPECT_EQ(of("a box to walk to"), "ɐ bˈɑks tə wˈɔk tˈu.");
}

TEST_F(Phonemes, OfWholeTokensAreNotTakenApart) { EXPECT_THAT(of("it wasn't"), HasSubstr("wˈʌzᵊnt")); }

TEST_F(Phonemes, OfFiguresAreThoseOfNumberWords) {
  EXPECT_EQ(of("$3.50"), of("three dollars fifty cents"));
  EXPECT_EQ(of("1st"), of("first"));
}

TEST_F(Phonemes, OfNothingAreNone) {
  EXPECT_EQ(of(""), "");
  EXPECT_THAT(flite::analysed(""), IsEmpty());
}

TEST(PhonemeIds, AreFramedAndLeaveOutUnknownLetters) {
  const PhonemeIds ids(R"({" ":16,".":4,"a":43,"ə":83})");
  EXPECT_THAT(ids.of("aə 語a."), ElementsAre(ElementsAre(0, 43, 83, 16, 43, 4, 0)));
  EXPECT_THAT(ids.of("語"), IsEmpty());
}

TEST(PhonemeIds, AreCutAtSpacesWhereTheyAreMany) {
  const PhonemeIds ids(R"({" ":16,".":4,"a":43})");
  std::string text;
  for (int i = 0; i < 300; ++i) text += "aaa ";
  const auto parts = ids.of(text);
  EXPECT_THAT(parts, SizeIs(3));
  EXPECT_THAT(parts, Each(SizeIs(testing::Le(most_phonemes + 2))));
  EXPECT_EQ(parts.front()[parts.front().size() - 2], 16);
  EXPECT_THAT(ids.of(std::string(1000, 'a')), SizeIs(3));
}

TEST(PhonemeIds, RefuseADamagedAlphabet) {
  for (const auto* text : {"", "[]", "{}", R"({" ":1})", R"({" ":1,".":-2})", R"({" ":1,".":2,"ab":3})"})
    EXPECT_EQ(error_of([&] { PhonemeIds ids(text); }).kind(), ErrorKind::configuration) << text;
}

}  // namespace
}  // namespace antiphon::hibari
