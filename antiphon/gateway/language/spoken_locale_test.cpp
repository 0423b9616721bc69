#include "antiphon/gateway/language/spoken_locale.hpp"

#include <gtest/gtest.h>

namespace antiphon::gateway {
namespace {

using Match = LocaleChoice::Match;

TEST(SpokenLocale, IsTheOneAskedForElseOneOfItsLanguageElseTheDefault_GTW10) {
  const std::vector<std::string> spoken{"en-GB", "ar-SA", "en-AU", "es-AR", "es-ES"};
  const struct {
    std::string wanted, locale;
    Match match;
  } cases[] = {
      {"es-ES", "es-ES", Match::asked},    {"ES_es", "es-ES", Match::asked},        {"", "en-GB", Match::asked},          {"es", "es-AR", Match::asked},
      {"EN", "en-GB", Match::asked},       {"es-MX", "es-AR", Match::language},     {"es_419", "es-AR", Match::language}, {"ar-EG", "ar-SA", Match::language},
      {"en-US", "en-GB", Match::language}, {"tlh", "en-GB", Match::none},           {"e", "en-GB", Match::none},          {"-ES", "en-GB", Match::none},
      {"esp", "en-GB", Match::none},       {"es-ES-x-y", "es-AR", Match::language},
  };
  for (const auto& [wanted, locale, match] : cases) {
    const auto choice = choose_locale(spoken, wanted);
    EXPECT_EQ(choice.locale, locale) << wanted;
    EXPECT_EQ(choice.match, match) << wanted;
  }
}

}  // namespace
}  // namespace antiphon::gateway
