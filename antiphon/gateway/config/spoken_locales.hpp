#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "antiphon/gateway/dialogue/policy_book.hpp"
#include "antiphon/gateway/language/spoken_locale.hpp"

namespace antiphon::gateway {

/// What callers get who ask for no locale, where a configuration names `wanted`: by the rule for everybody, but for a language that nobody speaks.
/// @param wanted empty: as the policy says
/// @throws Error configuration where the language is not spoken
LocaleChoice default_locale(const PolicyBook& book, std::string_view wanted);

/// The locales that calls may ask for; that of callers who ask for none stands first. @throws Error as `default_locale`
std::vector<std::string> spoken_locales(const PolicyBook& book, std::string_view wanted);

}  // namespace antiphon::gateway
