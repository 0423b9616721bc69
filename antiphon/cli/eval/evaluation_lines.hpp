#pragma once

#include <string>

#include "antiphon/gateway/evaluation/evaluation_report.hpp"
#include "antiphon/report/terminal.hpp"

namespace antiphon::cli {

/// What a person sees of one scenario: one line where it passed, else the conversation and what was wrong with it.
/// @param place `file:line`, as this terminal shows paths
std::string scenario_lines(const gateway::ScenarioEvaluation& result, const std::string& place, const Style& style);
/// The last lines: counts, success rate, metrics of retrieval.
std::string evaluation_summary(const gateway::EvaluationReport& report);

}  // namespace antiphon::cli
