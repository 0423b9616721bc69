#include "antiphon/cli/run/run_again.hpp"

namespace antiphon::cli {

std::function<bool(const ScenarioResult&)> run_again(const RunPlan& plan) {
  if (plan.retries == 0) return {};
  return [retries = plan.retries](const ScenarioResult& result) { return !result.success() && result.attempt <= retries; };
}

}  // namespace antiphon::cli
