#include <algorithm>

#include "antiphon/base/pii/find.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/scenario/checks/evaluators.hpp"

namespace antiphon::checks {

namespace {

constexpr std::size_t most_shown = 10;

bool is_allowed(const PiiCheck& check, std::string_view value) {
  return std::any_of(check.allow.begin(), check.allow.end(), [&](const std::string& each) { return lower(each) == lower(value); });
}

}  // namespace

CheckResult evaluate(const PiiCheck& check, const CheckScope& scope) {
  const auto& kinds = check.absent.empty() ? pii::known_kinds() : check.absent;
  CheckResult result{.expected = json::object{{"absent", json::array(kinds.begin(), kinds.end())}}};
  if (check.role != CheckedRole::assistant) result.expected.get_object()["role"] = to_string(check.role);
  const auto indices = looked_at(scope, check.role);
  json::array found;
  for (const auto index : indices) {
    const auto text = repair_utf8(scope.messages[index].text());
    for (const auto& finding : pii::find(text, kinds)) {
      const auto value = std::string_view(text).substr(finding.begin, finding.end - finding.begin);
      if (is_allowed(check, value)) continue;
      if (found.empty()) place(result, scope, index);
      if (found.size() < most_shown) found.push_back(json::object{{"kind", finding.kind}, {"value", pii::masked(finding.kind, value)}, {"message", index}});
    }
  }
  result.passed = found.empty() && !indices.empty();  // silence proves nothing
  if (!found.empty()) result.found = std::move(found);
  return result;
}

}  // namespace antiphon::checks
