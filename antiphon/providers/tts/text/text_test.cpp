#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/providers/tts/text/plain_text.hpp"
#include "antiphon/providers/tts/text/readings.hpp"
#include "antiphon/providers/tts/text/sentences.hpp"

namespace antiphon::spoken {
namespace {

using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;
using testing::Le;
using testing::SizeIs;

std::vector<std::string> texts_of(std::string_view plain) {
  std::vector<std::string> texts;
  for (const auto& piece : sentences_of(plain)) texts.push_back(piece.text);
  return texts;
}

TEST(PlainText, TakesAccentsOffAndWritesSignsOut) {
  EXPECT_EQ(plain_text("Café naïve – “Señor Łukasz’s” Straße…"), "Cafe naive - \"Senor Lukasz's\" Strasse...");
  EXPECT_EQ(plain_text("It costs €5 or £4"), "It costs EUR 5 or GBP 4");
  EXPECT_EQ(plain_text("e\xCC\x81t\xC3\xA9"), "ete");
}

TEST(PlainText, LeavesOutWhatCannotBeSaid) {
  EXPECT_EQ(plain_text("**Hi**\x01\x7F\t`x`"), "  Hi      x ");
  EXPECT_FALSE(can_be_said(plain_text("🙂 你好 مرحبا …!?")));
  EXPECT_FALSE(can_be_said(plain_text(std::string_view("\xFF\xFE\0\xC3", 4))));
  EXPECT_TRUE(can_be_said("7"));
}

TEST(Sentences, EndWhereASpeakerTakesABreath) {
  EXPECT_THAT(texts_of("Hello there. How are you? Fine!"), ElementsAre("Hello there.", "How are you?", "Fine!"));
  EXPECT_THAT(texts_of("First line\n\nsecond line\nthat goes on"), ElementsAre("First line", "second line that goes on"));
  EXPECT_THAT(texts_of("He said \"No.\" Then he left."), ElementsAre("He said \"No.\"", "Then he left."));
}

TEST(Sentences, GoOnAfterAbbreviations) {
  EXPECT_THAT(texts_of("Dr. Smith owes $3.50 for No. 5, e.g. J. Doe's. The end."), ElementsAre("Dr. Smith owes $3.50 for No. 5, e.g. J. Doe's.", "The end."));
  EXPECT_THAT(texts_of("The answer is no. That is all."), ElementsAre("The answer is no.", "That is all."));
  EXPECT_THAT(texts_of("At 5 p.m. sharp. It was I. He knew."), ElementsAre("At 5 p.m. sharp.", "It was I.", "He knew."));
}

TEST(Sentences, WithoutAnythingToSayAreNone) {
  EXPECT_THAT(sentences_of(""), IsEmpty());
  EXPECT_THAT(sentences_of("... !? -- \n\n ()"), IsEmpty());
}

TEST(Sentences, ThatAreLongAreCutAtCommasAndSaySo) {
  std::string text;
  for (int i = 0; i < 40; ++i) text += "one more clause of it, ";
  const auto pieces = sentences_of(text + "and the end.");
  ASSERT_GT(pieces.size(), 3U);
  EXPECT_THAT(pieces, Each(Field(&Piece::text, SizeIs(Le(longest_piece)))));
  EXPECT_FALSE(pieces.front().ends_sentence);
  EXPECT_EQ(pieces.front().text.back(), ',');
  EXPECT_TRUE(pieces.back().ends_sentence);
}

TEST(Sentences, CutWordsThatNobodyWrites) {
  const auto pieces = sentences_of(std::string(5000, 'x'));
  EXPECT_THAT(pieces, Each(Field(&Piece::text, SizeIs(Le(longest_piece)))));
  std::size_t letters = 0;
  for (const auto& piece : pieces) letters += static_cast<std::size_t>(std::count(piece.text.begin(), piece.text.end(), 'x'));
  EXPECT_EQ(letters, 5000U);
}

TEST(Readings, AreWhatPeopleSay) {
  EXPECT_EQ(with_readings("Order A-1007 is ready."), "Order Ay 1 0 0 7 is ready.");
  EXPECT_EQ(with_readings("No. 5 and #12"), "number 5 and number 12");
  EXPECT_EQ(with_readings("on 11/26/2026"), "on November 26th, 2026");
  EXPECT_EQ(with_readings("on 2026-03-02"), "on March 2nd, 2026");
  EXPECT_EQ(with_readings("Call 555-0199."), "Call 5 5 5, 0 1 9 9.");
  EXPECT_EQ(with_readings("Come at 5 p.m."), "Come at 5 P M.");
  EXPECT_EQ(with_readings("At 10:30am we leave"), "At 10:30 Ay M we leave");
  EXPECT_EQ(with_readings("20% of EUR 5"), "20 percent of 5 euros");
  EXPECT_EQ(with_readings("jo@example.com"), "jo at example dot com");
  EXPECT_EQ(with_readings("10-12 days"), "10 to 12 days");
}

TEST(Readings, LeaveOrdinaryTextAlone) {
  const std::string text = "Dr. Smith's well-known shop sells 3 for $3.50, doesn't it?";
  EXPECT_EQ(with_readings(text), text);
}

TEST(Readings, SpellCapitalsThatAreNoWord) {
  const auto is_word = [](const std::string& word) { return word == "stop"; };
  EXPECT_EQ(with_capitals_spelled("STOP the CRM of I", is_word), "STOP the C R M of I");
  EXPECT_EQ(with_capitals_spelled("Your ID, ASAP", [](const std::string&) { return true; }), "Your I D, ASAP");
}

TEST(Respelling, ReplacesWholeWordsWhateverTheirCase) {
  const Respelling respelling({{"Nguyen", "win"}, {"SQL", "sequel"}, {"Çelik", "chellick"}, {"A+", "a plus"}});
  EXPECT_EQ(respelling.apply("NGUYEN uses sql, MySQL and çelik: A+!"), "win uses sequel, MySQL and chellick: a plus!");
  EXPECT_EQ(Respelling().apply("as it is"), "as it is");
}

}  // namespace
}  // namespace antiphon::spoken
