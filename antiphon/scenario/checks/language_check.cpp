#include "antiphon/base/text.hpp"
#include "antiphon/scenario/checks/evaluators.hpp"
#include "antiphon/scenario/checks/language/detect.hpp"

namespace antiphon::checks {

namespace {

constexpr std::size_t found_limit = 160;

json::object shown(const std::string& code, const std::string& text) { return {{"language", code}, {"text", cut(text, found_limit)}}; }

// Messages that are too short one by one may be enough together.
std::string said_together(const CheckScope& scope, const std::vector<std::size_t>& indices) {
  std::string all;
  for (const auto index : indices) all += scope.messages[index].text() + '\n';
  return all;
}

}  // namespace

CheckResult evaluate(const LanguageCheck& check, const CheckScope& scope) {
  const auto wanted = languages::primary_subtag(check.code);
  CheckResult result{.expected = json::object{{"language", wanted}}};
  if (check.role != CheckedRole::assistant) result.expected.get_object()["role"] = to_string(check.role);
  const auto indices = looked_at(scope, check.role);
  if (indices.empty()) return result;  // nobody said anything: found stays null
  for (const auto index : indices) {
    const auto& text = scope.messages[index].text();
    const auto detected = languages::detect(text);
    if (detected.code.empty() || (detected.code == wanted && result.passed)) continue;
    result.passed = detected.code == wanted;
    result.found = shown(detected.code, text);
    place(result, scope, index);
    if (!result.passed) return result;  // one message in another language breaks it
  }
  if (result.passed) return result;
  const auto all = said_together(scope, indices);
  const auto detected = languages::detect(all);
  result.passed = detected.code == wanted;
  if (detected.code.empty()) {
    result.inconclusive = Party::harness;
    result.found = json::object{{"language", nullptr}, {"text", cut(all, found_limit)}};
  } else {
    result.found = shown(detected.code, all);
  }
  place(result, scope, indices.back());
  return result;
}

}  // namespace antiphon::checks
