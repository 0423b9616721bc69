#include "antiphon/gateway/dialogue/policy_book.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/document.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/gateway/dialogue/policy.hpp"
#include "tests/source_file.hpp"

namespace antiphon::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

std::vector<std::string> mistakes(const std::string& text) {
  std::vector<std::string> list;
  try {
    parse_policy(text, "policy.yaml");
  } catch (const Problems& problems) {
    for (const auto& each : problems.list()) list.push_back(to_string(each.where) + " " + each.message);
  }
  return list;
}

PolicyDecision::Action decided(const PolicyBook& book, std::string_view locale, std::string_view text) {
  return PolicyEngine(book.find(locale).rules).decide(text, {}).action;
}

TEST(PolicyBook, KnowsTheLocalesOfTheReferenceAndTheirVoices_GTW31) {
  const auto book = built_in_policy();
  EXPECT_THAT(book->locales(), UnorderedElementsAre("en-US", "en-GB", "en-AU", "ar-SA", "es-ES", "fr-FR"));
  EXPECT_EQ(book->find("en-US").rules->voice, "alloy");
  EXPECT_EQ(book->find("en-GB").rules->voice, "fable");
  EXPECT_EQ(book->find("en-AU").rules->voice, "shimmer");
  EXPECT_EQ(book->find("ar-SA").rules->voice, "nova");
  EXPECT_EQ(book->find("es-ES").rules->voice, "onyx");
  EXPECT_EQ(book->find("fr-FR").rules->voice, "echo");
  EXPECT_THAT(book->find("en-US").rules->hints, ElementsAre("refund", "order number", "tracking id", "cancel"));
}

TEST(PolicyBook, HasEveryReplyInEveryLocale_GTW31) {
  const auto book = built_in_policy();
  for (const auto& locale : book->locales())
    for (std::size_t i = 0; i < reply_count; ++i) EXPECT_FALSE(book->find(locale).rules->reply(static_cast<Reply>(i)).empty()) << locale << ' ' << i;
}

TEST(PolicyBook, AsksForAsManyDigitsAsAPinHas_GTW32) {
  EXPECT_EQ(built_in_policy()->find("en-US").rules->reply(Reply::pin_incomplete, 6), "I did not get all of it. Please give me all 6 digits of your PIN.");
}

TEST(PolicyBook, AnUnknownLocaleGetsItsLanguageElseTheDefault_GTW10) {
  const auto book = built_in_policy();
  EXPECT_TRUE(book->find("EN_gb").exact);
  EXPECT_EQ(book->find("es-MX").rules->locale, "es");
  EXPECT_FALSE(book->find("es-MX").exact);
  for (const auto* odd : {"tlh", "", "-", "en-", "../../etc", "\xFF"}) EXPECT_FALSE(book->find(odd).exact) << odd;
  EXPECT_EQ(book->find("tlh").rules->locale, "en-US");
}

TEST(PolicyBook, AFileChangesWhatItNamesAndKeepsTheRest_GTW31) {
  const auto book = parse_policy(R"(
default_locale: fr-FR
locales:
  en:
    authentication: [invoice|invoices]
    human: {add: [beam me up]}
    replies: {greeting: Good day.}
  en-GB: {voice: ballad}
)",
                                 "policy.yaml");
  EXPECT_EQ(decided(*book, "en-US", "my invoice"), PolicyDecision::Action::authenticate);
  EXPECT_EQ(decided(*book, "en-US", "my order"), PolicyDecision::Action::proceed);
  EXPECT_EQ(decided(*book, "en-GB", "beam me up"), PolicyDecision::Action::escalate);
  EXPECT_EQ(decided(*book, "en-GB", "speak to a human"), PolicyDecision::Action::escalate);
  EXPECT_EQ(book->find("en-US").rules->reply(Reply::greeting), "Good day.");
  EXPECT_EQ(book->find("en-GB").rules->voice, "ballad");
  EXPECT_EQ(book->find("en-US").rules->voice, "alloy");
  EXPECT_EQ(book->find("xx").rules->locale, "fr-FR");
}

TEST(PolicyBook, ALocaleMayBuildOnAnother_GTW31) {
  const auto book = parse_policy("locales: {de-DE: {inherits: en-GB, human: [mensch]}}", "policy.yaml");
  EXPECT_EQ(decided(*book, "de-DE", "Mensch!"), PolicyDecision::Action::escalate);
  EXPECT_EQ(decided(*book, "de-DE", "my order"), PolicyDecision::Action::authenticate);
  EXPECT_EQ(decided(*book, "en-GB", "Mensch!"), PolicyDecision::Action::proceed);
}

TEST(PolicyBook, AnEmptyListSwitchesARuleOff_GTW31) {
  const auto book = parse_policy("{\"locales\": {\"en\": {\"authentication\": []}}}", "policy.json");
  EXPECT_EQ(decided(*book, "en-US", "cancel my order"), PolicyDecision::Action::proceed);
}

TEST(PolicyBook, TellsEveryMistakeWithItsPlace_GTW31) {
  EXPECT_THAT(mistakes(R"(locales:
  en:
    humans: [x]
    unsafe: ["a?", "...", fine]
    replies: {ask_pin: "?!", greting: hi}
    numbers: {units: {one: many}}
  "??": {}
default_locale: nowhere
)"),
              UnorderedElementsAre(HasSubstr("policy.yaml:3:5 unknown key \"humans\""),
                                   HasSubstr("policy.yaml:4:14 \"a?\" is no phrase: every word of it may be missing"),
                                   HasSubstr("policy.yaml:4:20 \"...\" is no phrase"), HasSubstr("policy.yaml:5:24 ask_pin has nothing to say"),
                                   HasSubstr("policy.yaml:5:30 unknown key \"greting\""), HasSubstr("policy.yaml:6:28 one must be a whole number"),
                                   HasSubstr("policy.yaml:7:3 \"??\" is no locale"), HasSubstr("policy.yaml:8:17 unknown locale \"nowhere\"")));
}

TEST(PolicyBook, ANewLocaleMustSayWhatToReply_GTW31) {
  EXPECT_THAT(mistakes("locales: {de-DE: {human: [mensch]}}"),
              ElementsAre(HasSubstr("policy.yaml:1:11 locale \"de-DE\" does not say what to reply: greeting, ask_pin"), HasSubstr("has no `numbers`")));
}

TEST(PolicyBook, LocalesCannotBuildOnThemselves_GTW31) {
  EXPECT_THAT(mistakes("locales: {aa-AA: {inherits: bb-BB}, bb-BB: {inherits: aa-AA}}"), testing::Contains(HasSubstr("builds on itself")));
  EXPECT_THAT(mistakes("locales: {aa-AA: {inherits: en-UK}}"), ElementsAre(HasSubstr("unknown locale \"en-UK\"")));
}

TEST(PolicyBook, TheExampleOfTheDocumentationWorks_GTW31) {
  const auto page = read_file(source_file("docs/gateway/policy.md"));
  const auto begin = page.find("```yaml\n") + 8;
  const auto book = parse_policy(page.substr(begin, page.find("```", begin) - begin), "policy.md");
  EXPECT_EQ(decided(*book, "de-DE", "Ich will mit jemandem sprechen"), PolicyDecision::Action::escalate);
  EXPECT_EQ(decided(*book, "en-GB", "speak to your boss"), PolicyDecision::Action::escalate);
  EXPECT_EQ(decided(*book, "en-US", "my contract"), PolicyDecision::Action::authenticate);
  EXPECT_EQ(book->find("tlh").rules->locale, "en-GB");
}

TEST(PolicyBook, OddShapesAreMistakesAndNoCrash_GTW31) {
  for (const auto* text :
       {"[]", "locales: []", "locales: {en: []}", "locales: {en: {human: {add: 7}}}", "locales: {en: {numbers: []}}", "locales: {en: {replies: x}}",
        "locales: {en: {human: [[a]]}}", "locales: {en: {numbers: {units: {one: 1}, long_tens: {}}}}", "7", "locales: {en: {abbreviations: {others: 3}}}"})
    EXPECT_THAT(mistakes(text), Not(IsEmpty())) << text;
}

}  // namespace
}  // namespace antiphon::gateway
