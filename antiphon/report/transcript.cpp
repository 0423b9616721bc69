#include "antiphon/report/transcript.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "antiphon/base/text.hpp"
#include "antiphon/report/columns.hpp"

namespace antiphon {

namespace {

constexpr int time_width = 5, role_width = 7, least_result_width = 24, log_result_width = 80;

std::string_view word(RunOutcome outcome) {
  switch (outcome) {
    case RunOutcome::passed: return "success";
    case RunOutcome::failed: return "failure";
    case RunOutcome::error: return "error";
    case RunOutcome::inconclusive: break;
  }
  return "inconclusive";
}

std::string criteria_counts(const Verdict& verdict) {
  std::vector<std::string> parts;
  const auto add = [&](CriterionStatus status, std::string_view name) {
    const auto n = std::count_if(verdict.criteria.begin(), verdict.criteria.end(), [&](const auto& criterion) { return criterion.status == status; });
    if (n > 0) parts.push_back(fmt::format("{} {}", n, name));
  };
  add(CriterionStatus::passed, "met");
  add(CriterionStatus::failed, "not met");
  add(CriterionStatus::inconclusive, "undecided");
  return join(parts, ", ");
}

}  // namespace

int Transcript::indent(const std::string& label) const { return (prefixed_ ? display_width(style_.line(label)) + 1 : 0) + time_width + 1 + role_width; }

std::string Transcript::row(const std::string& label, double time_s, std::string_view role, std::string_view code, std::string_view text) const {
  const auto prefix = prefixed_ ? style_.line(label) + " " : std::string();
  const auto time = fmt::format("{:>5.2f}", time_s);
  const int left = indent(label);
  const auto head = style_.paint(prefix + time, sgr::quiet) + " " + style_.paint(role, code) + std::string(role_width - role.size(), ' ');
  if (width_ == 0) return head + style_.line(text) + "\n";
  const auto lines = wrap_columns(style_.block(text), std::max(width_ - left, 20));
  std::string out = head + lines.front() + "\n";
  for (std::size_t i = 1; i < lines.size(); ++i) out += std::string(static_cast<std::size_t>(left), ' ') + lines[i] + "\n";
  return out;
}

std::string Transcript::call_text(const ToolCall& call) const {
  const auto arguments = one_line(call.arguments);
  return arguments.empty() || arguments == "{}" ? call.name : call.name + " " + arguments;
}

std::string Transcript::tool_result(const MessageAdded& event) {
  auto& calls = open_[event.id];
  const auto id = event.message.tool_call_id();
  const auto call = std::find_if(calls.begin(), calls.end(), [&](const Call& open) { return id && open.call.id == *id; });
  auto name = find_string(event.message.json(), "name").value_or("a tool");
  if (call != calls.end()) {
    name = call_text(call->call);
    calls.erase(call);
  }
  const auto took = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(event.timing.end_s - event.timing.start_s));
  const auto before = name + " " + style_.own("→") + " ", after = "  " + format_duration(took);
  const int whole = width_ - indent(event.label) - display_width(after), rest = whole - display_width(before);
  const int room = width_ == 0 ? log_result_width : rest >= least_result_width ? rest : std::max(least_result_width, whole);
  return row(event.label, event.timing.start_s, "tool", sgr::tool, before + cut_columns(one_line(event.message.text()), room, style_.ellipsis()) + after);
}

std::string Transcript::lines(const MessageAdded& event) {
  const auto& message = event.message;
  switch (message.role()) {
    case MessageRole::tool:
    case MessageRole::function: return tool_result(event);
    case MessageRole::user: return close(event.id) + row(event.label, event.timing.end_s, "user", sgr::user, message.text());
    case MessageRole::assistant: break;
    default: return row(event.label, event.timing.end_s, "system", sgr::quiet, message.text());
  }
  std::string out = close(event.id);
  if (!message.text().empty() || message.tool_calls().empty()) out += row(event.label, event.timing.end_s, "agent", sgr::agent, message.text());
  for (const auto& call : message.tool_calls()) open_[event.id].push_back({event.label, call, event.timing.end_s});
  return out;
}

std::string Transcript::lines(const VerdictGiven& event) {
  const auto counts = criteria_counts(event.verdict);
  std::string text(word(event.verdict.decide()));
  if (const auto& detail = counts.empty() ? event.verdict.reasoning : counts; !detail.empty()) text += ": " + detail;
  return close(event.id) + row(event.label, event.time_s, "judge", "", text);
}

std::string Transcript::lines(const CheckEvaluated& event) {
  if (event.check.passed) return {};
  const auto outcome = event.check.inconclusive ? RunOutcome::inconclusive : RunOutcome::failed;
  return close(event.id) + row(event.label, event.time_s, "check", "", fmt::format("{} {}", style_.bare_mark(outcome), event.check.sentence()));
}

std::string Transcript::lines(const FaultAudited& event) {
  std::string party(to_string(event.fault.party));
  std::replace(party.begin(), party.end(), '_', ' ');
  return close(event.id) + row(event.label, event.time_s, "audit", "", fmt::format("{}{}: {}", party, event.fault.certain ? "" : ", likely", event.fault.why));
}

std::string Transcript::close(const std::string& id) {
  const auto calls = open_.find(id);
  if (calls == open_.end()) return {};
  std::string out;
  for (const auto& [label, call, time_s] : calls->second) out += row(label, time_s, "tool", sgr::tool, call_text(call));
  open_.erase(calls);
  return out;
}

}  // namespace antiphon
