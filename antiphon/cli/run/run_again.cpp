#include "antiphon/cli/run/run_again.hpp"

#include <algorithm>

namespace antiphon::cli {

namespace {

// A judge that abstains does so the next time as well.
bool stays_undecided(const ScenarioResult& result) {
  return result.outcome == RunOutcome::inconclusive &&
         std::any_of(result.criteria.begin(), result.criteria.end(), [](const auto& criterion) { return criterion.judged.has_value(); });
}

}  // namespace

std::function<Again(const ScenarioResult&)> run_again(const RunPlan& plan) {
  if (plan.retries == 0 && plan.rerun_spoiled == 0) return {};
  return [retries = plan.retries, reruns = plan.rerun_spoiled](const ScenarioResult& result) {
    if (result.success() || stays_undecided(result)) return Again::no;
    const auto replaced = static_cast<int>(std::count_if(result.earlier.begin(), result.earlier.end(), [](const auto& attempt) { return attempt.replaced; }));
    if (result.spoiled() && replaced < reruns) return Again::replace;
    return result.attempt - replaced <= retries ? Again::retry : Again::no;
  };
}

}  // namespace antiphon::cli
