#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "antiphon/gateway/language/locale_rules.hpp"

namespace antiphon::gateway {

/// The rules of all locales: those of this program, and what a policy file changes of them. Immutable. Thread safe.
class PolicyBook {
 public:
  /// Rules for a call.
  struct Choice {
    std::shared_ptr<const LocaleRules> rules;  ///< never null
    bool exact = true;                         ///< false: these are those of another locale (of the same language, or the default), which the caller is told
  };
  /// Case and underscores make no difference: "en_us". An unknown locale gets its language where that is known ("en-NZ": "en"), else the default locale.
  Choice find(std::string_view locale) const;
  /// The name of a locale, or for an empty one of the default. @throws Error configuration where there is none like it.
  const std::string& require(std::string_view locale) const;
  const std::string& default_locale() const { return default_; }
  /// Locales that calls can ask for ("en-US"), in order; not the languages that they build on.
  std::vector<std::string> locales() const;
  /// How numbers are said in each of its languages.
  std::vector<NumberWords> numbers() const;

 private:
  friend class PolicyReader;
  std::map<std::string, std::shared_ptr<const LocaleRules>> rules_;  ///< by the locale in small letters, languages among them
  std::string default_ = "en-US";
};

/// What this program knows without any file.
std::shared_ptr<const PolicyBook> built_in_policy();

/// Reads a policy file (docs/gateway/policy.md) over the built-in rules. @throws Problems with every mistake of it.
std::shared_ptr<const PolicyBook> parse_policy(std::string_view text, const std::string& file);
std::shared_ptr<const PolicyBook> read_policy(const std::string& file);

}  // namespace antiphon::gateway
