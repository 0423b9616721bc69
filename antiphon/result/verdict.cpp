#include "antiphon/result/verdict.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace antiphon {

namespace {

constexpr std::pair<RunOutcome, std::string_view> outcome_names[] = {
    {RunOutcome::passed, "passed"}, {RunOutcome::failed, "failed"}, {RunOutcome::error, "error"}, {RunOutcome::inconclusive, "inconclusive"}};

bool any_with(const std::vector<CriterionResult>& criteria, CriterionStatus status) {
  return std::any_of(criteria.begin(), criteria.end(), [status](const auto& criterion) { return criterion.status == status; });
}

}  // namespace

std::string two_digits(double number) {
  const auto text = fmt::format("{:.2f}", std::abs(number));
  return (number < 0 && text != "0.00" ? "−" : "") + text;
}

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

std::optional<CriterionStatus> criterion_status_from(std::string_view name) {
  for (const auto status : {CriterionStatus::passed, CriterionStatus::failed, CriterionStatus::inconclusive})
    if (to_string(status) == name) return status;
  return std::nullopt;
}

std::string sentence(const JudgeAgreement& agreement) {
  const auto of = agreement.of_another_judge;
  if (agreement.n == 0) return fmt::format("no labels of this judge ({} of {})", of, of == 1 ? "another one" : "others");
  const auto few = agreement.floor && agreement.n < least_labels_for_floor ? fmt::format(", too few of {} for the floor", least_labels_for_floor) : "";
  if (!agreement.kappa) return fmt::format("κ undefined, agreed {} of {}{}", agreement.agreed, agreement.n, few);
  return fmt::format("κ {} ({} to {}), n = {}{}", two_digits(*agreement.kappa), two_digits(agreement.low), two_digits(agreement.high), agreement.n, few);
}

RunOutcome Verdict::decide() const {
  if (criteria.empty()) return outcome.value_or(RunOutcome::inconclusive);
  if (outcome == RunOutcome::failed || any_with(criteria, CriterionStatus::failed)) return RunOutcome::failed;
  return any_with(criteria, CriterionStatus::inconclusive) ? RunOutcome::inconclusive : RunOutcome::passed;
}

}  // namespace antiphon
