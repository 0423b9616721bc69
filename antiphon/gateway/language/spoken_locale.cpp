#include "antiphon/gateway/language/spoken_locale.hpp"

#include <algorithm>

#include "antiphon/base/text.hpp"

namespace antiphon::gateway {

namespace {

std::string normal(std::string_view locale) {
  auto name = lower(locale);
  std::ranges::replace(name, '_', '-');
  return name;
}

std::string language_of(const std::string& normal_name) { return normal_name.substr(0, normal_name.find('-')); }

}  // namespace

LocaleChoice choose_locale(const std::vector<std::string>& locales, std::string_view wanted) {
  using Match = LocaleChoice::Match;
  if (wanted.empty()) return {locales.front(), Match::asked};
  const auto name = normal(wanted), language = language_of(name);
  for (const auto& locale : locales)
    if (normal(locale) == name) return {locale, Match::asked};
  for (const auto& locale : locales)
    if (language_of(normal(locale)) == language) return {locale, name == language ? Match::asked : Match::language};
  return {locales.front(), Match::none};
}

}  // namespace antiphon::gateway
