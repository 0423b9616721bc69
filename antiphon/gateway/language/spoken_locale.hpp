#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace antiphon::gateway {

/// What is spoken to somebody who asked for a locale.
struct LocaleChoice {
  enum class Match {
    asked,     ///< it is what was asked for: that locale, or one of the language that was asked for without a place ("es")
    language,  ///< of the same language, elsewhere ("es-MX": "es-ES")
    none       ///< the default: the language is not spoken
  };
  std::string locale{};
  Match match = Match::asked;
};

/// The one rule for everybody who asks: the locale itself, else the first one of its language, else the default; nothing asked for is the default, too.
/// Case and underscores make no difference: "en_us".
/// @param locales that are spoken, the default first; at least one
LocaleChoice choose_locale(const std::vector<std::string>& locales, std::string_view wanted);

}  // namespace antiphon::gateway
