#include "antiphon/gateway/hearing/completeness.hpp"

#include <gtest/gtest.h>

#include "antiphon/gateway/dialogue/policy_book.hpp"

namespace antiphon::gateway {
namespace {

using namespace std::chrono_literals;

bool open(std::string_view text, std::string_view locale = "en-US") { return sounds_open(text, *built_in_policy()->find(locale).rules); }

TEST(Completeness, AFunctionWordAtTheEndLeavesATurnOpen_GTW23) {
  for (const auto* text : {"I would like to", "my order and", "it is for the.", "well, I'm", "because I don't", "Um...", "AND"})
    EXPECT_TRUE(open(text)) << text;
  EXPECT_TRUE(open("quiero hablar con", "es-ES"));
  EXPECT_TRUE(open("c'est pour la", "fr-FR"));
  EXPECT_TRUE(open("أريد أن أتحدث مع", "ar-SA"));
  EXPECT_TRUE(open("ich and", "en-NZ"));
}

TEST(Completeness, OtherEndsCloseIt_GTW23) {
  for (const auto* text : {"where is my parcel", "yes", "no", "it is blue", "thanks", "", "...", "understand", "the land"}) EXPECT_FALSE(open(text)) << text;
  EXPECT_FALSE(open("quiero cancelar mi pedido", "es-ES"));
  EXPECT_FALSE(open("où est ma commande ?", "fr-FR"));
  EXPECT_FALSE(open("أين طلبي", "ar-SA"));
}

TEST(Completeness, AnOpenTurnIsHeldThreeTimesAsLong_GTW23) {
  const auto& rules = *built_in_policy()->find("en-US").rules;
  EXPECT_EQ(silence_to_wait("where is my parcel", rules, false), 400ms);
  EXPECT_EQ(silence_to_wait("where is my", rules, false), 1200ms);
  EXPECT_EQ(silence_to_wait("", rules, false), 400ms);
  EXPECT_EQ(silence_to_wait("one two", rules, true), 1200ms) << "a PIN is said in pieces";
  EXPECT_EQ(silence_to_wait("where is my", rules, false, {.complete = 1s, .open = 2s}), 2s);
}

TEST(Completeness, TheWordsAreData_GTW23) {
  const auto book = parse_policy("locales: {en: {function_words: [parcel]}}", "policy.yaml");
  EXPECT_TRUE(sounds_open("where is my parcel", *book->find("en-US").rules));
  EXPECT_FALSE(sounds_open("where is my", *book->find("en-US").rules));
}

}  // namespace
}  // namespace antiphon::gateway
