#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "antiphon/gateway/evaluation/scenario_file.hpp"
#include "antiphon/gateway/session_state.hpp"

namespace antiphon::gateway {

/// What came of one turn of a scenario.
struct TurnEvaluation {
  std::string user{};  ///< as the dialogue saw it: no PIN
  std::string agent{};
  std::vector<ToolResult> tools{};
  std::vector<ToolCall> calls{};                ///< that `tools` are the results of, in the same order
  std::optional<EscalationReason> escalated{};  ///< in this turn
  bool ended = false;                           ///< the agent ended the call
  bool said = true;                             ///< false: the call was over before
  TurnLatency latency{};
  std::vector<std::string> contexts{};                 ///< what the knowledge base found for it, best first
  std::map<std::string, std::optional<double>> rag{};  ///< metrics by name; nullopt: undefined for this turn
  std::vector<std::string> errors{};
};

struct ScenarioEvaluation {
  /// `error`: it could not be done, and says nothing about the agent's conduct.
  enum class Outcome { passed, failed, error } outcome = Outcome::passed;
  EvaluationScenario scenario{};
  std::vector<TurnEvaluation> turns{};

  /// Of all turns, each with its number.
  std::vector<std::string> errors() const;
};
std::string_view to_string(ScenarioEvaluation::Outcome outcome);

/// All scenarios of an evaluation, in the order of the files; what was not played is not among them.
struct EvaluationReport {
  std::string gateway{};
  bool virtual_time = false;
  std::vector<ScenarioEvaluation> results{};

  std::size_t count(ScenarioEvaluation::Outcome outcome) const;
  /// Passed of all; nullopt where there is none.
  std::optional<double> success_rate() const;
  /// Means over the turns for which they are defined; nullopt where there is no such turn.
  std::map<std::string, std::optional<double>> rag() const;
};

/// `antiphon.eval/1` (docs/gateway/evaluate.md).
json::object to_json(const EvaluationReport& report);

}  // namespace antiphon::gateway
