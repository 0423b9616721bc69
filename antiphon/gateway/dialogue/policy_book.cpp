#include "antiphon/gateway/dialogue/policy_book.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/gateway/dialogue/built_in_locales.hpp"
#include "antiphon/gateway/dialogue/policy_reader.hpp"

namespace antiphon::gateway {

PolicyBook::Choice PolicyBook::find(std::string_view locale) const {
  auto name = lower(locale);
  std::ranges::replace(name, '_', '-');
  if (const auto exact = rules_.find(name); exact != rules_.end()) return {exact->second, true};
  if (const auto language = rules_.find(name.substr(0, name.find('-'))); language != rules_.end()) return {language->second, false};
  return {rules_.at(lower(default_)), false};
}

const std::string& PolicyBook::require(std::string_view locale) const {
  const auto wanted = find(locale.empty() ? std::string_view(default_) : locale);
  if (!wanted.exact)
    throw Error(ErrorKind::configuration, fmt::format("the locale {} is not spoken here", quote(locale))).with_hint("spoken are " + join(locales(), ", "));
  return wanted.rules->locale;
}

std::vector<std::string> PolicyBook::locales() const {
  std::vector<std::string> names;
  for (const auto& [key, rules] : rules_)
    if (key.find('-') != std::string::npos) names.push_back(rules->locale);
  return names;
}

std::vector<NumberWords> PolicyBook::numbers() const {
  std::vector<NumberWords> all;
  std::set<std::map<std::string, int>> seen;  // locales of a language share theirs
  for (const auto& [key, rules] : rules_)
    if (!rules->numbers.units.empty() && seen.insert(rules->numbers.units).second) all.push_back(rules->numbers);
  return all;
}

std::shared_ptr<const PolicyBook> built_in_policy() {
  static const auto book = [] {
    PolicyReader reader;
    for (const auto& [name, content] : built_in_locales()) reader.read(parse_document(content, std::string(name)));
    return reader.finish();
  }();
  return book;
}

std::shared_ptr<const PolicyBook> parse_policy(std::string_view text, const std::string& file) {
  PolicyReader reader;
  for (const auto& [name, content] : built_in_locales()) reader.read(parse_document(content, std::string(name)));
  reader.read(parse_document(text, file));
  return reader.finish();
}

std::shared_ptr<const PolicyBook> read_policy(const std::string& file) {
  PolicyReader reader;
  for (const auto& [name, content] : built_in_locales()) reader.read(parse_document(content, std::string(name)));
  reader.read(read_document(file));
  return reader.finish();
}

}  // namespace antiphon::gateway
