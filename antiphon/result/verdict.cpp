#include "antiphon/result/verdict.hpp"

#include <algorithm>

namespace antiphon {

namespace {

constexpr std::pair<RunOutcome, std::string_view> outcome_names[] = {
    {RunOutcome::passed, "passed"}, {RunOutcome::failed, "failed"}, {RunOutcome::error, "error"}, {RunOutcome::inconclusive, "inconclusive"}};

bool any_with(const std::vector<CriterionResult>& criteria, CriterionStatus status) {
  return std::any_of(criteria.begin(), criteria.end(), [status](const auto& criterion) { return criterion.status == status; });
}

}  // namespace

std::string_view to_string(RunOutcome outcome) {
  for (const auto& [value, name] : outcome_names)
    if (value == outcome) return name;
  return "error";
}

std::optional<RunOutcome> run_outcome_from(std::string_view name) {
  for (const auto& [value, text] : outcome_names)
    if (text == name) return value;
  return std::nullopt;
}

std::string_view to_string(CriterionStatus status) {
  switch (status) {
    case CriterionStatus::passed: return "passed";
    case CriterionStatus::failed: return "failed";
    case CriterionStatus::inconclusive: break;
  }
  return "inconclusive";
}

RunOutcome Verdict::decide() const {
  if (criteria.empty()) return outcome.value_or(RunOutcome::inconclusive);
  if (outcome == RunOutcome::failed || any_with(criteria, CriterionStatus::failed)) return RunOutcome::failed;
  return any_with(criteria, CriterionStatus::inconclusive) ? RunOutcome::inconclusive : RunOutcome::passed;
}

}  // namespace antiphon
