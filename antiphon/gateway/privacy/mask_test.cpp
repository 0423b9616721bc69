#include "antiphon/gateway/privacy/mask.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/pii/find.hpp"
#include "antiphon/base/random.hpp"
#include "antiphon/gateway/privacy/written_numbers.hpp"

namespace antiphon::gateway {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const Masker& masker() {
  static const Masker all;
  return all;
}

struct Case {
  const char* text;
  const char* masked;
};
void PrintTo(const Case& each, std::ostream* out) { *out << each.text; }

class Masked : public testing::TestWithParam<Case> {};
TEST_P(Masked, HidesWhatIsSomebodys_GTW33) {
  EXPECT_EQ(masker().mask(GetParam().text), GetParam().masked);
  EXPECT_EQ(masker().mask(GetParam().masked), GetParam().masked);
}
INSTANTIATE_TEST_SUITE_P(Kinds, Masked,
                         testing::Values(Case{"card 4111 1111 1111 1111, ok", "card [CARD_MASKED], ok"}, Case{"4111-1111-1111-1111", "[CARD_MASKED]"},
                                         Case{"4111.1111.1111.1111!", "[CARD_MASKED]!"}, Case{"4111111111111111", "[CARD_MASKED]"},
                                         Case{"x4111111111111111y", "x[CARD_MASKED]y"}, Case{"order 17 4111 1111 1111 1111", "order 17 [CARD_MASKED]"},
                                         Case{"378282246310005", "[CARD_MASKED]"}, Case{"9111 1111 1111 1111 3", "[DIGITS_MASKED]"},
                                         Case{"ssn 123-45-6789.", "ssn [SSN_MASKED]."}, Case{"123.45.6789", "[SSN_MASKED]"}, Case{"123456789", "[SSN_MASKED]"},
                                         Case{"jo.doe@mail.example.org wrote", "[EMAIL_MASKED] wrote"}, Case{"call 415-555-2671", "call [PHONE_MASKED]"},
                                         Case{"call 4155552671", "call [PHONE_MASKED]"}, Case{"+49 30 901820", "[PHONE_MASKED]"},
                                         Case{"DE89 3704 0044 0532 0130 00", "[IBAN_MASKED]"}, Case{"gb82west12345698765432", "[IBAN_MASKED]"},
                                         Case{"four one one one one one one one", "[DIGITS_MASKED]"},
                                         Case{"it is four, one, one, one, uh, double one and two", "it is [DIGITS_MASKED]"},
                                         Case{"4 1 1 1 1 1 1 1", "[DIGITS_MASKED]"}, Case{"4111 1111 1111 1112", "[DIGITS_MASKED]"},
                                         Case{"4111111111111112", "[DIGITS_MASKED]"}, Case{"uno dos tres cuatro cinco seis", "[DIGITS_MASKED]"},
                                         Case{"quatre-vingt-dix-neuf vingt trente", "[DIGITS_MASKED]"},
                                         Case{"واحد اثنان ثلاثة اربعة خمسة ستة", "[DIGITS_MASKED]"},
                                         Case{"4111\xC2\xA0"
                                              "1111\xC2\xA0"
                                              "1111\xC2\xA0"
                                              "1111",
                                              "[CARD_MASKED]"},
                                         Case{"key sk-abcdefghijklmnopqrstuvwx", "key [SECRET_MASKED]"},
                                         Case{"[4111111111111111_MASKED]", "[[CARD_MASKED]_MASKED]"}, Case{"ten ten ten", "[DIGITS_MASKED]"},
                                         Case{"a@b.org and c@d.org", "[EMAIL_MASKED] and [EMAIL_MASKED]"}, Case{"\xFFjo@example.org", "\uFFFD[EMAIL_MASKED]"}));

class Unmasked : public testing::TestWithParam<const char*> {};
TEST_P(Unmasked, StaysAsItIs_GTW33) { EXPECT_EQ(masker().mask(GetParam()), GetParam()); }
INSTANTIATE_TEST_SUITE_P(Texts, Unmasked,
                         testing::Values("Where is my order A-1007?", "2026-11-26T09:13:13.123456Z turn=3 asr=312 llm=1480", "2026-11-26 09:13:13",
                                         "1764148393", "one or two days", "nineteen eighty four", "version 1.2.3.4", "it costs 3.50",
                                         "[CARD_MASKED] and [PIN_MASKED]", "", "call 911", "the one that I ordered for two people", "12,345,678"));

TEST(Mask, ReachesEveryStringOfJsonAndKeepsItsKeys_GTW33) {
  const auto value = parse_json(R"({"a@b.org": "a@b.org", "list": [1, true, null, "4111 1111 1111 1111", {"deep": "ssn 123-45-6789"}], "card": 4111111111111111,
                                    "at_ms": 1764148393123, "n": 42})");
  EXPECT_EQ(masker().mask_json(value),
            parse_json(R"({"a@b.org": "[EMAIL_MASKED]", "list": [1, true, null, "[CARD_MASKED]", {"deep": "ssn [SSN_MASKED]"}], "card": "[CARD_MASKED]",
                                    "at_ms": 1764148393123, "n": 42})"));
}

TEST(Mask, TakesPatternsOfOnesOwn_GTW33) {
  const Masker own({.custom = {{"CUSTOMER", Regex("C-[0-9]{4}")}, {"LABEL", Regex("MASKED|a*")}}});
  EXPECT_EQ(own.mask("I am C-1234."), "I [LABEL_MASKED]m [CUSTOMER_MASKED].");
  EXPECT_EQ(own.mask(own.mask("I am C-1234.")), own.mask("I am C-1234."));
}

TEST(Mask, ALabelInsideOfAMatchSavesNothingOfIt_GTW33) {
  const Masker own({.custom = {{"NOTE", Regex("note: .*")}}});
  const auto masked = own.mask("a note: Zebedee [CARD_MASKED] Dougal");
  EXPECT_EQ(masked, "a [NOTE_MASKED][CARD_MASKED][NOTE_MASKED]");
  EXPECT_EQ(own.mask(masked), masked);
}

TEST(Mask, APatternThatGivesUpHidesTheWholeText_GTW33) {
  const Masker own({.custom = {{"SLOW", Regex("(x+x+)+[yz]")}}});
  EXPECT_EQ(own.mask(std::string(5000, 'x') + " 4111"), "[TEXT_MASKED]");
  EXPECT_EQ(own.mask("an x 4111"), "an x 4111");
}

TEST(Mask, APatternOfManyStepsInALongTextHidesIt_GTW33) {
  const Masker own({.custom = {{"SLOW", Regex("(?:\\w|\\w\\w){12}[yz]")}}});
  EXPECT_EQ(own.mask(std::string(4096, 'x')), "[TEXT_MASKED]");
  EXPECT_EQ(own.mask("nobody is called abcdefghijklmnopqrstuvwxy"), "nobody is called [SLOW_MASKED]");
}

TEST(Mask, PatternsOfOnesOwnReachNumbersOfJson_GTW33) {
  const Masker own({.custom = {{"CUSTOMER", Regex("^7[0-9]{6}$")}, {"PRICE", Regex("19\\.5")}}});
  EXPECT_EQ(own.mask_json(parse_json(R"({"customer": 7123456, "list": [8123456, 19.5, true], "7123456": -7123456})")),
            parse_json(R"({"customer": "[CUSTOMER_MASKED]", "list": [8123456, "[PRICE_MASKED]", true], "7123456": -7123456})"));
}

TEST(Mask, TheLengthOfSaidDigitsIsASetting_GTW33) {
  EXPECT_EQ(Masker({.said_digits = 4}).mask("one two three four"), "[DIGITS_MASKED]");
  EXPECT_EQ(Masker({.said_digits = 0}).mask("one two three four five six seven"), "one two three four five six seven");
  EXPECT_EQ(Masker({.figures = 0}).mask("1234567890123456"), "1234567890123456");
  EXPECT_EQ(Masker({.said_digits = 4}, {}).mask("one two three four 1 2 3 4"), "one two three four [DIGITS_MASKED]");
}

/// A valid card number of `size` digits.
std::string card(RandomStream& random, std::size_t size) {
  std::string digits;
  while (digits.size() + 1 < size) digits += static_cast<char>('0' + random.below(10));
  if (digits.front() == '0') digits.front() = '4';
  for (char last = '0'; last <= '9'; ++last)
    if (pii::passes_luhn(digits + last)) return digits + last;
  return digits;
}

TEST(Mask, NoCardSurvivesHoweverItIsWritten_GTW33) {
  RandomStream random(11);
  const std::vector<std::string> joints{"", " ", "-", ".", " - "}, around{"", " ", "x", "(", "my card is ", ": ", "\n"};
  const std::vector<std::string> words{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"};
  for (int round = 0; round < 1000; ++round) {
    const auto digits = card(random, 13 + random.below(7));
    const auto& joint = joints[random.below(joints.size())];
    const auto group = 1 + random.below(6);
    std::string written, said;
    for (std::size_t i = 0; i < digits.size(); ++i) {
      if (i > 0 && i % group == 0) written += joint;
      written += digits[i];
      said += (i > 0 ? " " : "") + words[static_cast<std::size_t>(digits[i] - '0')];
    }
    const auto text = around[random.below(around.size())] + written + around[random.below(around.size())];
    const auto masked = masker().mask(text);
    EXPECT_EQ(masked.find_first_of("0123456789"), std::string::npos) << text << " → " << masked;
    EXPECT_EQ(masker().mask(masked), masked);
    EXPECT_EQ(masker().mask(said), "[DIGITS_MASKED]");
  }
}

TEST(Mask, MaskingTwiceChangesNothingAndLeavesNoCard_GTW33) {
  RandomStream random(5);
  const std::vector<std::string> pieces{"4111", "1111", " ", "-", ".", "1",        "23",   "four", " one ", "@", "a",   "b.org",
                                        "+49",  "(",    ")", "[", "]", "_MASKED]", "DE89", "\n",   ",",     "e", "030", "٤"};
  for (int round = 0; round < 1500; ++round) {
    std::string text;
    for (auto n = random.below(24); n > 0; --n) text += pieces[random.below(pieces.size())];
    const auto masked = masker().mask(text);
    EXPECT_EQ(masker().mask(masked), masked) << text;
    EXPECT_TRUE(written_numbers(masked).empty()) << text << " → " << masked;
  }
}

TEST(Mask, ALongTextTakesNotLongerThanItsLengthAsks_GTW33) {
  std::string text;
  while (text.size() < 100'000) text += "4 1 a@ [X_MASKED] 030 ";
  EXPECT_THAT(masker().mask(text), Not(HasSubstr("030 030")));
}

}  // namespace
}  // namespace antiphon::gateway
