#include "antiphon/base/text.hpp"
#include "antiphon/scenario/checks/evaluators.hpp"

namespace antiphon::checks {

namespace {

bool is_looked_at(const Message& message, CheckedRole role) {
  if (role == CheckedRole::any) return true;
  if (role == CheckedRole::user) return message.role() == MessageRole::user;
  // A bare tool call is no words; an empty answer is one.
  return message.role() == MessageRole::assistant && (message.tool_calls().empty() || !message.text().empty());
}

}  // namespace

std::string_view to_string(CheckedRole role) {
  switch (role) {
    case CheckedRole::assistant: return "assistant";
    case CheckedRole::user: return "user";
    case CheckedRole::any: return "any";
  }
  return "any";
}

std::vector<std::size_t> looked_at(const CheckScope& scope, CheckedRole role) {
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < scope.messages.size(); ++i)
    if (is_looked_at(scope.messages[i], role)) indices.push_back(i);
  if (scope.last_agent_message_only && indices.size() > 1) indices.erase(indices.begin(), indices.end() - 1);
  return indices;
}

void place(CheckResult& result, const CheckScope& scope, std::size_t message) {
  result.message = static_cast<int>(message);
  if (message < scope.timings.size()) result.time_s = scope.timings[message].end_s;
}

void place(CheckResult& result, const CheckScope& scope, Duration at, std::optional<std::size_t> message) {
  if (message) result.message = static_cast<int>(*message);
  result.time_s = scope.call_began_s + to_seconds(at);
}

void leave_undecided(CheckResult& result, Party party, std::string why) {
  result.passed = false;
  result.inconclusive = party;
  result.found = json::object{{"undecided", std::move(why)}};
}

}  // namespace antiphon::checks
