#include "antiphon/cli/eval/evaluation_lines.hpp"

#include <fmt/format.h>

#include "antiphon/base/text.hpp"

namespace antiphon::cli {

namespace {

using Outcome = gateway::ScenarioEvaluation::Outcome;

RunOutcome outcome_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::passed: return RunOutcome::passed;
    case Outcome::failed: return RunOutcome::failed;
    case Outcome::error: return RunOutcome::error;
  }
  return RunOutcome::error;
}

std::string turn_lines(const gateway::TurnEvaluation& turn, const Style& style) {
  std::string text;
  const auto line = [&](std::string_view who, std::string_view what) { text += fmt::format("  {:<8} {}\n", who, style.line(what)); };
  if (!turn.said && turn.errors.empty()) return text;  // nor had it to be
  if (!turn.said) line("user", "[not said]");
  if (!turn.user.empty()) line("user", turn.user);
  for (const auto& tool : turn.tools) line("tool", tool.tool + (tool.ok ? "" : ": " + tool.error));
  if (!turn.agent.empty()) line("agent", turn.agent);
  if (turn.escalated) line("", fmt::format("goes to a person ({})", to_string(*turn.escalated)));
  for (const auto& error : turn.errors) line("wrong", error);
  return text;
}

}  // namespace

std::string scenario_lines(const gateway::ScenarioEvaluation& result, const std::string& place, const Style& style) {
  auto text = fmt::format("{} {}", style.mark(outcome_of(result.outcome)), style.paint(style.line(result.scenario.name), sgr::strong));
  if (result.outcome == Outcome::passed) return text + "\n";
  text += "  " + style.paint(style.line(place), sgr::quiet) + "\n";
  for (const auto& turn : result.turns) text += turn_lines(turn, style);
  return text;
}

std::string evaluation_summary(const gateway::EvaluationReport& report) {
  auto text = fmt::format("{} of {} passed", report.count(Outcome::passed), report.results.size());
  if (const auto failed = report.count(Outcome::failed); failed > 0) text += fmt::format(", {} failed", failed);
  if (const auto errors = report.count(Outcome::error); errors > 0) text += fmt::format(", {} could not be done", errors);
  if (const auto rate = report.success_rate()) text += fmt::format("; success rate {:.0f} %", *rate * 100);
  text += "\n";
  for (const auto& [name, value] : report.rag()) text += fmt::format("{:<20} {}\n", name, value ? fmt::format("{:.2f}", *value) : "undefined in every turn");
  return text;
}

}  // namespace antiphon::cli
