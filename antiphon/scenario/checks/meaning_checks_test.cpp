#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/error.hpp"
#include "antiphon/providers/embed/lexical.hpp"
#include "antiphon/scenario/checks/check.hpp"
#include "antiphon/scenario/checks/evaluators.hpp"
#include "antiphon/scenario/checks/text_vectors.hpp"

// similar, language and pii, one conversation at a time.

namespace antiphon {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

CheckResult check(const std::vector<std::string>& said, const Check& what) {
  History messages;
  std::vector<MessageTiming> timings;
  for (const auto& text : said) messages.append(Message::assistant(text)), timings.push_back({.end_s = static_cast<double>(timings.size())});
  TextVectors vectors;
  const json::object none;
  const CheckScope scope{.messages = messages, .timings = timings, .answer_s = {}, .user_report = none, .vectors = &vectors};
  if (const auto* similar = std::get_if<SimilarCheck>(&what.what)) {
    LexicalEmbedder embedder;
    const auto texts = vectors.missing(checks::compared_texts(*similar, scope));
    vectors.embedder = embedder.name();
    vectors.add(texts, embedder.embed(texts, 1s, {}).vectors);
  }
  return evaluate(what, scope);
}

TEST(SimilarCheck, WantsOneMessageThatIsCloseEnoughAndSaysByWhoseMeasure_SCN60_SCN61) {
  const std::vector<std::string> said{"Hello there.", "Your parcel arrives tomorrow morning."};
  const auto held = check(said, similar("your parcel arrives tomorrow", 0.6));
  EXPECT_TRUE(held.passed) << held.sentence();
  EXPECT_EQ(held.kind, "similar");
  EXPECT_EQ(held.message, 1);
  EXPECT_EQ(held.time_s, 1.0);
  EXPECT_EQ(held.expected.at("embedding"), json::value("lexical"));
  EXPECT_EQ(held.found.at("embedding"), json::value("lexical"));
  const auto broken = check(said, similar("we never sell shoes", 0.6));
  EXPECT_FALSE(broken.passed);
  EXPECT_THAT(broken.sentence(), AllOf(HasSubstr("something like \"we never sell shoes\""), HasSubstr("by lexical")));
}

TEST(SimilarCheck, DoesNotHoldWhereNobodySaidAnything_SCN60) {
  const auto result = check({}, similar("hello", 0.1));
  EXPECT_FALSE(result.passed);
  EXPECT_TRUE(result.found.is_null());
}

TEST(SimilarCheck, NamesAMissingOrImpossibleSetting) {
  EXPECT_THROW(validate(similar(" ", 0.5)), Error);
  EXPECT_THROW(validate(similar("x", 1.5)), Error);
  EXPECT_THROW(validate(similar("x", std::nan(""))), Error);
}

TEST(LanguageCheck, HoldsWhereWhatCanBeToldIsInThatLanguage_SCN60) {
  const auto result = check({"OK", "Could you give me your order number, please?", "A-1007"}, language("en-GB"));
  EXPECT_TRUE(result.passed) << result.sentence();
  EXPECT_EQ(result.message, 1);
}

TEST(LanguageCheck, OneMessageInAnotherBreaksItAndIsShown_SCN60_SCN61) {
  const auto result = check({"Could you give me your order number, please?", "Das Geld ist in fünf Tagen wieder auf Ihrem Konto."}, language("en"));
  EXPECT_FALSE(result.passed);
  EXPECT_FALSE(result.inconclusive);
  EXPECT_EQ(result.message, 1);
  EXPECT_THAT(result.sentence(), AllOf(HasSubstr("to speak \"en\""), HasSubstr("de: \"Das Geld")));
}

TEST(LanguageCheck, IsUndecidedWhereNothingCanBeTold_SCN60) {
  const auto result = check({"OK", "A-1007"}, language("en"));
  EXPECT_FALSE(result.passed);
  EXPECT_EQ(result.inconclusive, Party::harness);
}

TEST(LanguageCheck, TakesShortMessagesTogether_SCN60) {
  EXPECT_TRUE(check({"Yes, please.", "I am here.", "What would you like?", "Thank you!"}, language("en")).passed);
}

TEST(LanguageCheck, NamesAnUnknownCode) {
  try {
    validate(language("english"));
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.hint(), HasSubstr("en, "));
  }
}

TEST(PiiCheck, ShowsWhatWasSaidMasked_SCN60_SCN61) {
  const auto result = check({"Hello.", "The card 4111 1111 1111 1111 of jo@example.org is charged."}, no_pii());
  EXPECT_FALSE(result.passed);
  EXPECT_EQ(result.message, 1);
  EXPECT_THAT(result.sentence(), AllOf(HasSubstr("card **** **** **** 1111"), HasSubstr("email j***@***.org"), Not(HasSubstr("4111 1111"))));
  EXPECT_THAT(json::serialize(result.found), Not(HasSubstr("jo@example")));
}

TEST(PiiCheck, LooksForWhatIsNamedAndAllowsWhatIsAllowed_SCN60) {
  const std::vector<std::string> said{"Write to Desk@example.org or call +49 30 901820."};
  EXPECT_FALSE(check(said, no_pii({"phone"})).passed);
  EXPECT_TRUE(check(said, no_pii({"card", "iban"})).passed);
  EXPECT_TRUE(check(said, no_pii({"email"}, {"desk@example.org"})).passed);
  EXPECT_FALSE(check({}, no_pii()).passed);  // silence proves nothing
  EXPECT_THROW(validate(no_pii({"shoe_size"})), Error);
}

}  // namespace
}  // namespace antiphon
