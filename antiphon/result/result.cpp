#include "antiphon/result/result.hpp"

#include <algorithm>
#include <ostream>

#include "antiphon/base/text.hpp"

namespace antiphon {

namespace {

constexpr std::size_t tail_length = 6;

std::string_view speaker(const Message& message) {
  switch (message.role()) {
    case MessageRole::user: return "user";
    case MessageRole::assistant: return "agent";
    case MessageRole::tool:
    case MessageRole::function: return "tool";
    default: return "system";
  }
}

void print(std::ostream& out, const Message& message) {
  out << "    " << speaker(message) << ": " << message.text();
  for (const auto& call : message.tool_calls()) out << (message.text().empty() ? "" : " ") << "[calls " << call.name << " " << call.arguments << "]";
  out << "\n";
}

void print_checks(std::ostream& out, const std::vector<CheckResult>& checks) {
  for (const auto& check : checks) {
    if (check.passed) continue;
    out << (check.inconclusive ? "  check not decided: " : "  check does not hold: ") << check.kind << ": " << check.sentence();
    if (check.message) out << ", at message " << *check.message;
    if (check.line > 0) out << ", line " << check.line;
    out << "\n";
  }
}

void print_criteria(std::ostream& out, const std::vector<CriterionResult>& criteria) {
  for (const auto& criterion : criteria) {
    if (criterion.status == CriterionStatus::passed) continue;
    out << (criterion.status == CriterionStatus::failed ? "  not met: " : "  undecided: ") << criterion.criterion;
    if (!criterion.reasoning.empty()) out << ": " << criterion.reasoning;
    out << "\n";
  }
}

void print_tail(std::ostream& out, const std::vector<Message>& messages) {
  if (messages.empty()) return;
  const auto shown = std::min(tail_length, messages.size());
  out << "  conversation";
  if (shown < messages.size()) out << " (last " << shown << " of " << messages.size() << " messages)";
  out << ":\n";
  for (std::size_t i = messages.size() - shown; i < messages.size(); ++i) print(out, messages[i]);
}

}  // namespace

std::vector<std::string> ScenarioResult::criteria_with(CriterionStatus status) const {
  std::vector<std::string> sentences;
  for (const auto& criterion : criteria)
    if (criterion.status == status) sentences.push_back(criterion.criterion);
  return sentences;
}

bool ScenarioResult::flaky() const { return success() && first_miss(); }

const ScenarioResult* ScenarioResult::first_miss() const {
  const auto miss = std::find_if(earlier.begin(), earlier.end(), [](const ScenarioResult& attempt) { return !attempt.success() && !attempt.replaced; });
  return miss == earlier.end() ? nullptr : &*miss;
}

std::string without_repeat(const std::string& id, int repeat) {
  if (repeat <= 1) return id;
  const auto mark = " #" + std::to_string(repeat);
  const auto at = id.rfind(mark);  // a file's name may follow, where two ids were equal
  return at == std::string::npos ? id : id.substr(0, at) + id.substr(at + mark.size());
}

std::ostream& operator<<(std::ostream& out, const ScenarioResult& result) {
  out << (result.not_run ? "not_run" : to_string(result.outcome)) << ": " << (result.id.empty() ? result.name : result.id) << "\n";
  if (!result.reasoning.empty()) out << "  " << result.reasoning << "\n";
  if (result.error && result.error->message != result.reasoning) out << "  " << to_string(result.error->party) << ": " << result.error->message << "\n";
  print_checks(out, result.checks);
  print_criteria(out, result.criteria);
  print_tail(out, result.messages);
  return out;
}

}  // namespace antiphon
