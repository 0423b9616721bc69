#include "antiphon/base/spoken_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/text.hpp"

namespace antiphon {
namespace {

std::string spoken(std::string_view text) { return join(spoken_words(text), " "); }

TEST(SpokenText, WritesSumsOfMoneyInOneWay) {
  for (const auto* text : {"$3.50", "3.50 dollars", "three dollars fifty", "three dollars and fifty cents", "$3.5", "Three dollars, 50 cents."})
    EXPECT_EQ(spoken(text), "3 5 0 dollar") << text;
  for (const auto* text : {"$5", "$5.00", "five dollars", "5 dollars"}) EXPECT_EQ(spoken(text), "5 dollar") << text;
  for (const auto* text : {"$1,250.05", "one thousand two hundred fifty dollars and five cents"}) EXPECT_EQ(spoken(text), "1 2 5 0 0 5 dollar") << text;
  EXPECT_EQ(spoken("three dollars and nothing else"), "3 dollar and nothing else");
}

TEST(SpokenText, WritesNumbersDigitByDigit) {
  EXPECT_EQ(spoken("a 1007"), "a 1 0 0 7");
  EXPECT_EQ(spoken("A one zero zero seven"), "a 1 0 0 7");
  EXPECT_EQ(spoken("A-1007"), "a 1 0 0 7");
  EXPECT_EQ(spoken("one oh seven"), "1 0 7");
  EXPECT_EQ(spoken("double five triple 0"), "5 5 0 0 0");
  EXPECT_EQ(spoken("one thousand and seven"), "1 0 0 7");
  EXPECT_EQ(spoken("nineteen eighty four"), "1 9 8 4");
  EXPECT_EQ(spoken("nineteen hundred"), "1 9 0 0");
  EXPECT_EQ(spoken("a hundred and twenty-five"), "1 2 5");
  EXPECT_EQ(spoken("2 million"), spoken("2,000,000"));
  EXPECT_EQ(spoken("two hundred thousand"), spoken("200,000"));
  EXPECT_EQ(spoken("one million two hundred thousand"), spoken("1,200,000"));
  EXPECT_EQ(spoken("three point one four"), spoken("3.14"));
  EXPECT_EQ(spoken("twenty percent"), spoken("20%"));
  EXPECT_EQ(spoken("the twenty first"), spoken("the 21st"));
  EXPECT_EQ(spoken("007"), "0 0 7");
  EXPECT_EQ(spoken("salt and pepper"), "salt and pepper");
}

TEST(SpokenText, WritesTimesOfDayInOneWay) {
  for (const auto* text : {"5 p.m.", "five pm", "5pm", "5:00 p.m.", "five o'clock pm"}) EXPECT_EQ(spoken(text), "5 pm") << text;
  EXPECT_EQ(spoken("10:30"), spoken("ten thirty"));
  EXPECT_EQ(spoken("10:05 a.m."), spoken("ten oh five a.m."));
}

TEST(SpokenText, WritesContractionsInFull) {
  EXPECT_EQ(spoken("I'm sorry, I can’t; you'd won't they've"), "i am sorry i can not you would will not they have");
  EXPECT_EQ(spoken("It's the user's okay"), "it is the users ok");
}

TEST(SpokenText, LeavesOutWhatIsNotSpoken) {
  EXPECT_EQ(spoken("[music] Hello (laughs) - there!"), "hello there");
  EXPECT_EQ(spoken("..."), "");
  EXPECT_EQ(spoken("[never closed"), "never closed");
  EXPECT_EQ(spoken("Ärger in Zürich"), "ärger in zürich");
}

TEST(WordErrors, AreNoneForTheSameSpeechWrittenOtherwise) {
  EXPECT_EQ(
      word_errors("Your total is $3.50 for order A-1007, by 5 p.m.", "your total is three dollars fifty for order a one zero zero seven by five p m").errors(),
      0U);
  EXPECT_EQ(word_errors("Log in to your voicemail", "login to your voice mail").errors(), 0U);
  EXPECT_EQ(word_errors("the ATM", "the A T M").errors(), 0U);
}

// Counted by jiwer 4.0 on the same words.
TEST(WordErrors, AreCountedAsJiwerCountsThem) {
  struct Case {
    const char *reference, *heard;
    std::size_t errors, substitutions, deletions, insertions;
  };
  for (const auto& [reference, heard, errors, substitutions, deletions, insertions] :
       std::initializer_list<Case>{{"i would like to cancel my booking please", "i would like cancel the booking please now", 3, 1, 1, 1},
                                   {"the quick brown fox jumps over the lazy dog", "a quick brown box jumped over lazy dogs", 5, 4, 1, 0},
                                   {"hello there", "completely different words here", 4, 2, 0, 2},
                                   {"please hold the line while i look that up", "please hold", 7, 0, 7, 0},
                                   {"yes", "yes yes yes", 2, 0, 0, 2}}) {
    const auto counted = word_errors(reference, heard);
    EXPECT_EQ(counted.errors(), errors) << reference;
    EXPECT_EQ(counted.substitutions, substitutions) << reference;
    EXPECT_EQ(counted.deletions, deletions) << reference;
    EXPECT_EQ(counted.insertions, insertions) << reference;
  }
}

TEST(WordErrors, HaveARateForEmptyTextsToo) {
  EXPECT_EQ(word_errors("", "").rate(), 0);
  EXPECT_EQ(word_errors("", "boo").rate(), 1);
  EXPECT_EQ(word_errors("one two", "").rate(), 1);
  auto sum = word_errors("a b c d", "a b c");
  sum += word_errors("e f g h", "e f g h");
  EXPECT_DOUBLE_EQ(sum.rate(), 0.125);
}

}  // namespace
}  // namespace antiphon
