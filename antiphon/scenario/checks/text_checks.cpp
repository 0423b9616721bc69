#include <algorithm>

#include "antiphon/base/error.hpp"
#include "antiphon/base/regex.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/scenario/checks/evaluators.hpp"

namespace antiphon::checks {

namespace {

constexpr std::size_t found_limit = 200, context_bytes = 60;

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// The words before and after a hit, so that one sees how it was meant.
std::string in_context(const std::string& text, const Regex::Match& hit) {
  std::size_t begin = hit.begin > context_bytes ? hit.begin - context_bytes : 0;
  std::size_t end = std::min({hit.end + context_bytes, text.size(), begin + found_limit - 6});
  while (begin > 0 && continues_character(text[begin])) --begin;
  while (end < text.size() && continues_character(text[end])) ++end;
  return (begin > 0 ? "…" : "") + text.substr(begin, end - begin) + (end < text.size() ? "…" : "");
}

// All four kinds are one pattern, so that case is ignored in every alphabet and not in ASCII alone.
Regex pattern_of(const TextCheck& check) {
  const bool ignore_case = !check.exact_case;
  switch (check.kind) {
    case TextCheck::Kind::regex: return Regex(check.text, ignore_case);
    case TextCheck::Kind::equals: return Regex("\\A" + escape_regex(check.text) + "\\z", ignore_case);
    default: return Regex(escape_regex(check.text), ignore_case);
  }
}

std::optional<Regex::Match> search(const Regex& pattern, const std::string& text) {
  try {
    return pattern.search(text);
  } catch (const Error& error) {
    throw Error(error.kind(), error.message()).with_hint(error.hint()).with_party(Party::harness);
  }
}

json::value expectation(const TextCheck& check) {
  json::object expected{{check.kind == TextCheck::Kind::regex ? "pattern" : "text", check.text}};
  if (check.role != CheckedRole::assistant) expected["role"] = to_string(check.role);
  if (check.exact_case) expected["case"] = "exact";
  return expected;
}

}  // namespace

CheckResult evaluate(const TextCheck& check, const CheckScope& scope) {
  const bool unwanted = check.kind == TextCheck::Kind::not_contains;
  const auto pattern = pattern_of(check);
  const auto indices = looked_at(scope, check.role);
  CheckResult result{.passed = unwanted && !indices.empty(), .expected = expectation(check)};
  for (const auto index : indices) {
    const auto& text = scope.messages[index].text();
    const auto hit = search(pattern, text);
    if (!hit) continue;
    result.passed = !unwanted;
    result.found = in_context(text, *hit);
    place(result, scope, index);
    return result;
  }
  if (indices.empty() || unwanted) return result;  // nothing was said: found stays null
  result.found = cut(scope.messages[indices.back()].text(), found_limit);
  place(result, scope, indices.back());
  return result;
}

}  // namespace antiphon::checks
