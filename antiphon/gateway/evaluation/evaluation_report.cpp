#include "antiphon/gateway/evaluation/evaluation_report.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

namespace antiphon::gateway {

namespace {

using Outcome = ScenarioEvaluation::Outcome;

json::value or_null(const std::optional<double>& value) { return value ? json::value(*value) : json::value(nullptr); }

json::array to_json(const std::vector<std::string>& texts) {
  json::array array;
  for (const auto& text : texts) array.emplace_back(text);
  return array;
}

json::object to_json(const std::map<std::string, std::optional<double>>& metrics) {
  json::object object;
  for (const auto& [name, value] : metrics) object[name] = or_null(value);
  return object;
}

double in_ms(Duration duration) { return std::chrono::duration<double, std::milli>(duration).count(); }

json::object to_json(const ToolResult& tool, const ToolCall* call) {
  json::object object{{"name", tool.tool}, {"ok", tool.ok}, {"latency_ms", in_ms(tool.latency)}};
  if (call) object["arguments"] = try_parse_json(call->arguments).value_or(json::value(json::string(call->arguments)));
  if (!tool.ok) object["error"] = tool.error;
  return object;
}

json::object to_json(const TurnEvaluation& turn, std::size_t number) {
  json::array called, tools;
  for (std::size_t i = 0; i < turn.tools.size(); ++i) {
    called.emplace_back(turn.tools[i].tool);
    tools.push_back(to_json(turn.tools[i], i < turn.calls.size() ? &turn.calls[i] : nullptr));
  }
  json::object object{{"turn", number},
                      {"user", turn.user},
                      {"agent", turn.agent},
                      {"tools_called", std::move(called)},
                      {"tools", std::move(tools)},
                      {"escalated", turn.escalated.has_value()},
                      {"escalation_reason", turn.escalated ? json::value(to_string(*turn.escalated)) : json::value(nullptr)},
                      {"ended", turn.ended},
                      {"llm_ms", turn.latency.llm ? json::value(in_ms(*turn.latency.llm)) : json::value(nullptr)},
                      {"errors", to_json(turn.errors)}};
  if (turn.rag.empty()) return object;
  object["contexts"] = to_json(turn.contexts);
  object["rag"] = to_json(turn.rag);
  return object;
}

json::object to_json(const ScenarioEvaluation& result) {
  json::array turns;
  for (std::size_t i = 0; i < result.turns.size(); ++i) turns.push_back(to_json(result.turns[i], i + 1));
  const auto& scenario = result.scenario;
  return {{"scenario_name", scenario.name},
          {"file", scenario.where.file},
          {"line", scenario.where.line},
          {"passed", result.outcome == Outcome::passed},
          {"outcome", to_string(result.outcome)},
          {"caller_id", scenario.caller_id},
          {"authenticated", scenario.authenticated},
          {"turn_results", std::move(turns)},
          {"errors", to_json(result.errors())}};
}

}  // namespace

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::passed: return "passed";
    case Outcome::failed: return "failed";
    case Outcome::error: return "error";
  }
  return "error";
}

std::vector<std::string> ScenarioEvaluation::errors() const {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < turns.size(); ++i)
    for (const auto& error : turns[i].errors) all.push_back(fmt::format("turn {}: {}", i + 1, error));
  return all;
}

std::size_t EvaluationReport::count(Outcome outcome) const {
  return static_cast<std::size_t>(std::ranges::count(results, outcome, &ScenarioEvaluation::outcome));
}

std::optional<double> EvaluationReport::success_rate() const {
  if (results.empty()) return std::nullopt;
  return static_cast<double>(count(Outcome::passed)) / static_cast<double>(results.size());
}

std::map<std::string, std::optional<double>> EvaluationReport::rag() const {
  std::map<std::string, std::pair<double, std::size_t>> sums;
  for (const auto& result : results)
    for (const auto& turn : result.turns)
      for (const auto& [name, value] : turn.rag) {
        auto& [sum, count] = sums[name];
        if (value) sum += *value, ++count;
      }
  std::map<std::string, std::optional<double>> means;
  for (const auto& [name, of] : sums) means[name] = of.second > 0 ? std::optional(of.first / static_cast<double>(of.second)) : std::nullopt;
  return means;
}

json::object to_json(const EvaluationReport& report) {
  json::array results;
  for (const auto& result : report.results) results.push_back(to_json(result));
  json::object object{{"schema", "antiphon.eval/1"},
                      {"gateway", report.gateway},
                      {"clock", report.virtual_time ? "virtual" : "wall"},
                      {"total", report.results.size()},
                      {"passed", report.count(Outcome::passed)},
                      {"failed", report.count(Outcome::failed)},
                      {"error", report.count(Outcome::error)},
                      {"success_rate", or_null(report.success_rate())}};
  if (auto rag = report.rag(); !rag.empty()) object["rag"] = to_json(rag);
  object["results"] = std::move(results);
  return object;
}

}  // namespace antiphon::gateway
