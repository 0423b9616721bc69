#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "antiphon/gateway/evaluation/evaluation_report.hpp"
#include "antiphon/gateway/evaluation/rag_metrics.hpp"
#include "antiphon/gateway/server/served_agent.hpp"

namespace antiphon::gateway {

/// A metric that must not be below a value, on average: `faithfulness=0.8`.
struct RagFloor {
  std::string metric{};
  double least = 0;
};
/// @throws Error usage, naming what there is.
RagFloor parse_rag_floor(const std::string& text);

/// Measures the turns of a scenario for which the knowledge base was asked: `contexts` is what it found for them.
///
/// What a judge cannot do is an error of its turn and the scenario. @param judge outlives it
Task<> measure_retrieval(ScenarioEvaluation& result, std::shared_ptr<ServedAgent> agent, RagJudge& judge, std::vector<std::string> metrics, Clock& clock);

}  // namespace antiphon::gateway
