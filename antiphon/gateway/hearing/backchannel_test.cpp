#include "antiphon/gateway/hearing/backchannel.hpp"

#include <gtest/gtest.h>

#include "antiphon/gateway/dialogue/policy_book.hpp"

namespace antiphon::gateway {
namespace {

bool ignored(std::string_view text, std::string_view locale = "en-US") { return is_backchannel(text, *built_in_policy()->find(locale).rules); }

TEST(Backchannel, ShowsThatSomebodyListens_GTW24) {
  for (const auto* text : {"mhm", "Mm-hmm.", "Uh-huh", "yeah, okay", "Okay.", "I see", "right, right", "oh okay", "Got it."})
    EXPECT_TRUE(ignored(text)) << text;
  EXPECT_TRUE(ignored("vale, vale", "es-ES"));
  EXPECT_TRUE(ignored("d'accord", "fr-FR"));
  EXPECT_TRUE(ignored("نعم", "ar-SA"));
  EXPECT_TRUE(ignored("mhm", "en-NZ"));
}

TEST(Backchannel, IsNothingThatWantsSomething_GTW24) {
  for (const auto* text :
       {"", "...", "no", "stop", "okay stop", "yeah but where is it", "I", "see", "wait", "yes cancel it", "mhm mhm mhm mhm mhm mhm mhm mhm mhm"})
    EXPECT_FALSE(ignored(text)) << text;
  EXPECT_FALSE(ignored("vale, para", "es-ES"));
  EXPECT_FALSE(ignored("non", "fr-FR"));
}

TEST(Backchannel, IsData_GTW24) {
  const auto book = parse_policy("locales: {en: {backchannels: [go on]}}", "policy.yaml");
  EXPECT_TRUE(is_backchannel("go on, go on", *book->find("en-US").rules));
  EXPECT_FALSE(is_backchannel("mhm", *book->find("en-US").rules));
}

}  // namespace
}  // namespace antiphon::gateway
