#include "antiphon/gateway/language/sentences.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace antiphon::gateway {
namespace {

using ::testing::ElementsAre;

std::vector<std::string_view> sentences(std::string_view text) { return whole_sentences(text, spoken_abbreviations()); }

TEST(WholeSentences, EndAtTheirMarks_GTW32) {
  EXPECT_THAT(sentences("Yes. \"Really?!\" \xE2\x80\xA6 So\nbe it"), ElementsAre("Yes.", " \"Really?!\"", " \xE2\x80\xA6", " So\n", "be it"));
  EXPECT_TRUE(sentences("").empty());
}

TEST(WholeSentences, GoOnBehindAbbreviationsAndSingleLetters_GTW32) {
  EXPECT_THAT(sentences("Mr. J. Smith, e.g. A 1, no. 5. No. Yes."), ElementsAre("Mr. J. Smith, e.g. A 1, no. 5.", " No.", " Yes."));
  EXPECT_THAT(sentences("At 5 p.m. Then 3.50 at shop.com."), ElementsAre("At 5 p.m.", " Then 3.50 at shop.com."));
}

TEST(WholeSentences, EndInNoParenthesis_GTW32) {
  EXPECT_THAT(sentences("A (one. Two? Three) more. (Four.) Five (six. Seven."), ElementsAre("A (one. Two? Three) more.", " (Four.)", " Five (six.", " Seven."));
}

TEST(WholeSentences, TakeNoLongerThanTheTextIsLong_GTW32) {
  const std::size_t size = 200'000;
  for (const auto* piece : {"(", ".", "a.", "((a. ", "?", ".\t", "\xC2", "\xC2\xBF."}) {
    std::string text;
    while (text.size() < size) text += piece;
    std::size_t all = 0;
    for (const auto sentence : sentences(text)) all += sentence.size();
    EXPECT_EQ(all, text.size()) << piece;
  }
}

}  // namespace
}  // namespace antiphon::gateway
