#include "antiphon/base/json_schema.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/scenario/checks/evaluators.hpp"

namespace antiphon::checks {

namespace {

constexpr std::size_t found_limit = 400;

// Models like to wrap JSON in a fence, with or without a word before it.
std::string_view without_fence(std::string_view text) {
  constexpr std::string_view fence = "```";
  const auto open = text.find(fence);
  if (open == std::string_view::npos) return trim(text);
  const auto line_end = text.find('\n', open);
  if (line_end == std::string_view::npos) return trim(text);
  const auto body = text.substr(line_end + 1);
  return trim(body.substr(0, body.find(fence)));
}

/// Why a message does not satisfy the schema; empty when it does.
struct Complaint {
  std::string text;
  bool is_json = false;
};

Complaint complaint(const JsonSchema& schema, const std::string& text) {
  const auto value = try_parse_json(trim(text));
  const auto unwrapped = value ? value : try_parse_json(without_fence(text));
  if (!unwrapped) return {"no JSON: " + cut(text, 160), false};
  return {join(schema.violations(*unwrapped), "; "), true};
}

}  // namespace

CheckResult evaluate(const JsonSchemaCheck& check, const CheckScope& scope) {
  CheckResult result{.expected = json::object{{"schema", check.schema}}};
  if (check.role != CheckedRole::assistant) result.expected.get_object()["role"] = to_string(check.role);
  const JsonSchema schema(check.schema);
  bool nearest_is_json = false;
  for (const auto index : looked_at(scope, check.role)) {
    const auto& text = scope.messages[index].text();
    const auto why = complaint(schema, text);
    result.passed = why.text.empty();
    if (!result.passed && nearest_is_json && !why.is_json) continue;  // JSON that is wrong tells more than prose after it
    nearest_is_json = why.is_json;
    result.found = cut(result.passed ? text : why.text, found_limit);
    place(result, scope, index);
    if (result.passed) break;
  }
  return result;
}

}  // namespace antiphon::checks
