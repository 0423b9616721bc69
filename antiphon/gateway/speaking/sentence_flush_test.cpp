#include "antiphon/gateway/speaking/sentence_flush.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/random.hpp"
#include "antiphon/gateway/dialogue/policy_book.hpp"

namespace antiphon::gateway {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using Sentences = std::vector<std::string>;

SentenceFlush flush(int sentences = 0, std::string_view locale = "en-US") {
  return SentenceFlush(built_in_policy()->find(locale).rules, {.sentences = sentences});
}

void append(Sentences& all, Sentences more) { all.insert(all.end(), more.begin(), more.end()); }

/// All tokens at once, so that nothing waits in vain.
Sentences said(const std::vector<std::string>& tokens, int sentences = 0, std::string_view locale = "en-US") {
  auto stream = flush(sentences, locale);
  Sentences all;
  for (const auto& token : tokens) append(all, stream.push(token, 0s));
  append(all, stream.finish());
  return all;
}
Sentences said(const std::string& text, std::string_view locale = "en-US") { return said(std::vector{text}, 0, locale); }

std::vector<std::string> cut_by(const std::string& text, std::size_t size) {
  std::vector<std::string> tokens;
  for (std::size_t at = 0; at < text.size(); at += size) tokens.push_back(text.substr(at, size));
  return tokens;
}

TEST(SentenceFlush, AnEndMarkFlushesAtOnce_GTW20) {
  auto stream = flush();
  EXPECT_THAT(stream.push("Your parcel left", 0s), IsEmpty());
  EXPECT_THAT(stream.push(" on Monday.", 0s), ElementsAre("Your parcel left on Monday."));
  EXPECT_THAT(stream.push(" Is that fine?", 0s), ElementsAre("Is that fine?"));
  EXPECT_THAT(stream.push(" Good!", 0s), ElementsAre("Good!"));
  EXPECT_EQ(stream.due(), std::nullopt);
}

struct Doubtful {
  std::vector<std::string> tokens;
  Sentences sentences;
};
void PrintTo(const Doubtful& each, std::ostream* out) { *out << testing::PrintToString(each.tokens); }
class DoubtfulStop : public testing::TestWithParam<Doubtful> {};

TEST_P(DoubtfulStop, WaitsForTheNextToken_GTW20) { EXPECT_THAT(said(GetParam().tokens), ElementsAreArray(GetParam().sentences)); }

TEST_P(DoubtfulStop, IsTheSameHoweverTheTokensAreCut_GTW20) {
  std::string text;
  for (const auto& token : GetParam().tokens) text += token;
  for (std::size_t size = 1; size <= text.size(); ++size) EXPECT_THAT(said(cut_by(text, size)), ElementsAreArray(GetParam().sentences)) << size;
  for (std::size_t at = 0; at <= text.size(); ++at) EXPECT_THAT(said({text.substr(0, at), text.substr(at)}), ElementsAreArray(GetParam().sentences)) << at;
}

INSTANTIATE_TEST_SUITE_P(Texts, DoubtfulStop,
                         testing::Values(Doubtful{{"It costs 3.", "50 euros. Fine."}, {"It costs 3.50 euros.", "Fine."}},
                                         Doubtful{{"It costs", " 3", ".", "50", "."}, {"It costs 3.50."}},
                                         Doubtful{{"Ask Dr.", " Smith today. He knows."}, {"Ask Dr. Smith today.", "He knows."}},
                                         Doubtful{{"Come at 5 p.m.", " today. Bye."}, {"Come at 5 p.m. today.", "Bye."}},
                                         Doubtful{{"Come at 5 p.m. Then we talk."}, {"Come at 5 p.m.", "Then we talk."}},
                                         Doubtful{{"You have 3. We sent 2."}, {"You have 3.", "We sent 2."}},
                                         Doubtful{{"See No. 5 there. OK."}, {"See No. 5 there.", "OK."}},
                                         Doubtful{{"It is no. Sorry."}, {"It is no.", "Sorry."}},
                                         Doubtful{{"J. Smith called. It was I. Yes."}, {"J. Smith called.", "It was I.", "Yes."}},
                                         Doubtful{{"Some fruit, e.g. apples. Nice."}, {"Some fruit, e.g. apples.", "Nice."}},
                                         Doubtful{{"Wait... what?! Oh."}, {"Wait.", "what?", "Oh."}},
                                         Doubtful{{"He said \"go.\" Then he went."}, {"He said \"go.", "Then he went."}}, Doubtful{{"No end"}, {"No end"}},
                                         Doubtful{{""}, {}}, Doubtful{{"\n\n ... \n"}, {}},
                                         Doubtful{{"Grüße, Jürgen. Äh — gut…"}, {"Grüße, Jürgen.", "Äh — gut…"}}));

TEST(SentenceFlush, ADoubtfulStopWaitsAtMost60Milliseconds_GTW20) {
  auto stream = flush();
  EXPECT_THAT(stream.push("It is at 5 p.m.", 100ms), IsEmpty());
  EXPECT_EQ(stream.due(), 160ms);
  EXPECT_THAT(stream.push(" ", 130ms), IsEmpty()) << "a blank says nothing";
  EXPECT_EQ(stream.due(), 160ms);
  EXPECT_THAT(stream.poll(159ms), IsEmpty());
  EXPECT_THAT(stream.poll(160ms), ElementsAre("It is at 5 p.m."));
  EXPECT_EQ(stream.due(), std::nullopt);
  EXPECT_THAT(stream.push(" today. Bye.", 200ms), ElementsAre("today.", "Bye."));
}

TEST(SentenceFlush, ALateTokenFindsThatTheSentenceIsOut_GTW20) {
  auto stream = flush();
  stream.push("You have 3.", 0s);
  EXPECT_THAT(stream.push(" Anything else?", 100ms), ElementsAre("You have 3.", "Anything else?"));
}

TEST(SentenceFlush, ATokenInTimeResolvesTheDoubtForGood_GTW20) {
  auto stream = flush();
  stream.push("Ask Dr.", 0s);
  EXPECT_THAT(stream.push(" Smith", 10ms), IsEmpty());
  EXPECT_EQ(stream.due(), std::nullopt);
  EXPECT_THAT(stream.poll(1s), IsEmpty());
}

TEST(SentenceFlush, WhatComesSlowlyIsSaidInPieces_GTW20) {
  auto stream = flush();
  EXPECT_THAT(stream.push("Well", 0s), IsEmpty());
  EXPECT_THAT(stream.push(" and so", 1s), IsEmpty());
  EXPECT_EQ(stream.due(), std::nullopt) << "it is too little";
  EXPECT_THAT(stream.push(" on, and", 2s), IsEmpty());
  EXPECT_EQ(stream.due(), Clock::Time(3s));
  EXPECT_THAT(stream.poll(3s), ElementsAre("Well and so on,"));
  EXPECT_THAT(stream.push(" on", 4s), IsEmpty());
  EXPECT_EQ(stream.due(), Clock::Time(6s));
  EXPECT_THAT(stream.poll(6s), ElementsAre("and")) << "of the last word more may come";
  EXPECT_THAT(stream.push(" it goes.", 6500ms), ElementsAre("on it goes."));
  EXPECT_EQ(stream.due(), std::nullopt);
}

TEST(SentenceFlush, APieceTakesItsDoubtfulStopWithIt_GTW20) {
  auto stream = flush();
  EXPECT_THAT(stream.push("It is late, at 5 p.m. ", 0s), IsEmpty());
  EXPECT_EQ(stream.due(), 60ms);
  EXPECT_THAT(stream.hurry(10ms), ElementsAre("It is late, at 5 p.m."));
  EXPECT_EQ(stream.due(), std::nullopt) << "whoever polls at it would poll for ever";
  EXPECT_THAT(stream.poll(60ms), IsEmpty());
  EXPECT_THAT(stream.push("today.", 100ms), ElementsAre("today."));
}

TEST(SentenceFlush, ADoubtfulStopBehindThePieceStaysInDoubt_GTW20) {
  auto stream = flush();
  EXPECT_THAT(stream.push("It is late, you know, at 5 p.m.", 0s), IsEmpty());
  EXPECT_THAT(stream.hurry(10ms), ElementsAre("It is late, you know,"));
  EXPECT_EQ(stream.due(), 60ms);
  EXPECT_THAT(stream.poll(60ms), ElementsAre("at 5 p.m."));
}

TEST(SentenceFlush, NoPieceEndsBesideANumber_GTW33) {
  auto stream = flush();
  stream.push("The number of your card is 4111 1111", 0s);
  EXPECT_THAT(stream.poll(3s), ElementsAre("The number of your card"));
  stream.push(" 1111 1111 it ends there", 3100ms);
  EXPECT_THAT(stream.poll(6s), ElementsAre("is 4111 1111 1111 1111 it ends"));
  auto spoken = flush();
  spoken.push("well then your pin is four seven, uh, one", 0s);
  EXPECT_THAT(spoken.hurry(1s), ElementsAre("well then your pin"));
  EXPECT_THAT(spoken.hurry(2s), IsEmpty());
  EXPECT_THAT(spoken.push(" one.", 3s), ElementsAre("is four seven, uh, one one."));
}

TEST(SentenceFlush, HoweverItIsHurriedNumbersStayWhole_GTW33) {
  const std::vector<std::string> words{"well", "so",     "call", "four", "seven", "11",  "4711", "double",
                                       "uh",   "twenty", "it",   "is",   "then",  "and", "now",  "again"};
  const auto& numbers = built_in_policy()->find("en-US").rules->numbers;
  const auto digits_of = [&](const std::string& text) {
    std::vector<std::string> all;
    for (const auto& run : digit_runs(text, plain_words(text), numbers, false)) all.push_back(run.digits);
    return all;
  };
  RandomStream random(11);
  std::size_t pieces_in_all = 0;
  for (int round = 0; round < 300; ++round) {
    auto stream = flush();
    std::string text = "Hello";
    Sentences pieces = stream.push(text, 0s);
    for (int i = 0; i < 60; ++i) {
      const auto token = " " + words[random.below(words.size())];
      text += token;
      append(pieces, stream.push(token, 0s));
      if (random.below(3) == 0) append(pieces, stream.hurry(0s));
    }
    append(pieces, stream.finish());
    std::vector<std::string> seen;
    for (const auto& piece : pieces)
      for (auto& digits : digits_of(piece)) seen.push_back(std::move(digits));
    EXPECT_EQ(seen, digits_of(text)) << text;
    pieces_in_all += pieces.size();
  }
  EXPECT_GT(pieces_in_all, 600U);
}

TEST(SentenceFlush, ANumberWithoutAnEndIsCutAllTheSame_GTW30) {
  auto stream = flush(2);
  for (int i = 0; i < 5000; ++i) stream.push(" 7", 0s);
  EXPECT_TRUE(stream.is_full());
}

TEST(SentenceFlush, PiecesAreOneSentence_GTW20) {
  auto stream = flush(1);
  stream.push("It left our house on Monday", 0s);
  EXPECT_THAT(stream.poll(3s), ElementsAre("It left our house on"));
  EXPECT_FALSE(stream.is_full());
  EXPECT_THAT(stream.push(" morning. And more.", 3100ms), ElementsAre("Monday morning."));
  EXPECT_TRUE(stream.is_full());
}

TEST(SentenceFlush, AnAnswerWithoutAFullStopIsSaidAsItComes_GTW20) {
  auto stream = flush(2);
  std::string text, heard;
  std::size_t before_the_end = 0;
  for (int i = 0; i < 400; ++i) {
    const std::string word = (i > 0 ? " word" : "word") + std::string(i % 15 == 14 ? "," : "");
    text += word;
    for (const auto& piece : stream.push(word, 0s)) {
      heard += piece;
      ++before_the_end;
      EXPECT_LE(plain_words(piece).size(), 40U);
      EXPECT_TRUE(piece.ends_with(',')) << piece;
    }
  }
  EXPECT_GE(before_the_end, 9U);
  for (const auto& piece : stream.finish()) heard += piece;
  EXPECT_EQ(joined_words(heard), joined_words(text));
}

TEST(SentenceFlush, AnAnswerThatNeverEndsIsFull_GTW30) {
  auto stream = flush(2);
  std::size_t words = 0;
  for (int i = 0; i < 5000; ++i)
    for (const auto& piece : stream.push(" word", 0s)) words += plain_words(piece).size();
  EXPECT_TRUE(stream.is_full());
  EXPECT_THAT(words, ::testing::AllOf(::testing::Ge(500U), ::testing::Le(540U)));
}

TEST(SentenceFlush, SaysTwoSentencesAndNoMore_GTW30) {
  SentenceFlush stream(built_in_policy()->find("en-US").rules);
  EXPECT_THAT(stream.push("One thing. Another. A third.", 0s), ElementsAre("One thing.", "Another."));
  EXPECT_TRUE(stream.is_full());
  EXPECT_THAT(stream.push(" A fourth.", 0s), IsEmpty());
  EXPECT_THAT(stream.finish(), IsEmpty());
}

TEST(SentenceFlush, KnowsTheAbbreviationsOfItsLocale_GTW20) {
  EXPECT_THAT(said("Hable con la Sra. López hoy. Gracias.", "es-ES"), ElementsAre("Hable con la Sra. López hoy.", "Gracias."));
  EXPECT_THAT(said("Voyez M. Dupont et Mme. Petit. Merci.", "fr-FR"), ElementsAre("Voyez M. Dupont et Mme. Petit.", "Merci."));
  EXPECT_THAT(said("اسأل د. أحمد اليوم. هل هذا جيد؟ نعم.", "ar-SA"), ElementsAre("اسأل د. أحمد اليوم.", "هل هذا جيد؟", "نعم."));
  EXPECT_THAT(said("Ask the Sra. Then go.", "en-US"), ElementsAre("Ask the Sra.", "Then go."));
}

struct Marked {
  const char* markdown;
  Sentences sentences;
};
void PrintTo(const Marked& each, std::ostream* out) { *out << testing::PrintToString(each.markdown); }
class Markdown : public testing::TestWithParam<Marked> {};

TEST_P(Markdown, IsNotSaid_GTW30) { EXPECT_THAT(said(GetParam().markdown), ElementsAreArray(GetParam().sentences)); }
TEST_P(Markdown, IsNotSaidHoweverItIsCut_GTW30) {
  const std::string text = GetParam().markdown;
  for (std::size_t size = 1; size <= text.size(); ++size) EXPECT_THAT(said(cut_by(text, size)), ElementsAreArray(GetParam().sentences)) << size;
}

INSTANTIATE_TEST_SUITE_P(
    Texts, Markdown,
    testing::Values(Marked{"Your **order** is _late_. `Sorry`.", {"Your order is late.", "Sorry."}}, Marked{"# News\nIt left.", {"News", "It left."}},
                    Marked{"You can:\n- call us\n- write\n\nWhich one?", {"You can: call us, write", "Which one?"}},
                    Marked{"1. Open it.\n2. Close it.", {"Open it.", "Close it."}},
                    Marked{"See [our page](https://example.com/a_(b)?c=d) now.", {"See our page now."}}, Marked{"> Quoted\n> text.", {"Quoted text."}},
                    Marked{"So:\n```cpp\nint main() { return 0; }\n```\nDone.", {"So:", "Done."}}, Marked{"Up\n\n---\n\nDown", {"Up", "Down"}},
                    Marked{"The order_id is 3.5 wide.", {"The order id is 3.5 wide."}}, Marked{"3.50 is it.", {"3.50 is it."}},
                    Marked{"-5 degrees.", {"-5 degrees."}}, Marked{"One\nline.", {"One line."}}, Marked{"| a | b |\n|---|---|\n| c | d |", {"a b", "c d"}},
                    Marked{"***Very*** good.", {"Very good."}}, Marked{"Take [1] or [2][x].", {"Take 1 or 2."}}, Marked{"* one\n* two", {"one, two"}},
                    Marked{"A ~~b~~ c.", {"A b c."}}));

TEST(SentenceFlush, ALinkThatNeverEndsDoesNotSilenceTheRest_GTW30) {
  EXPECT_THAT(said("See [this](" + std::string(600, 'x') + " y. End."), testing::Contains("End."));
}

TEST(SentenceFlush, LosesNoWordOfAPlainText_GTW20) {
  const std::vector<std::string> pieces{"It",  " costs", " 3",    ".",   "50", " p.m.", " Dr.", " Smith", "!",
                                        " ok", "?",      " e.g.", " so", "…",  " é",    "ß",    " No.",   " 5"};
  RandomStream random(3);
  for (int round = 0; round < 500; ++round) {
    auto stream = flush();
    Sentences all;
    std::string text = "Well";  // a number at the beginning of a line would be that of a list
    append(all, stream.push(text, 0s));
    Clock::Time now{0};
    for (auto n = random.below(20); n > 0; --n) {
      const auto& piece = pieces[random.below(pieces.size())];
      text += piece;
      now += random.below(3) * 40ms;
      if (random.below(2) == 0) append(all, stream.poll(now));
      append(all, stream.push(piece, now));
    }
    append(all, stream.finish());
    std::string heard;
    for (const auto& sentence : all) heard += joined_words(sentence);
    EXPECT_EQ(heard, joined_words(text)) << text;
  }
}

}  // namespace
}  // namespace antiphon::gateway
