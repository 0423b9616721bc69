#include "antiphon/scenario/engine/ending.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "antiphon/base/text.hpp"

namespace antiphon {

namespace {

void add(std::string& text, std::string_view sentence) {
  if (sentence.empty()) return;
  if (!text.empty()) text += text.ends_with('.') || text.ends_with('?') || text.ends_with('!') ? " " : ". ";
  text += sentence;
}

std::string failed_checks(const Evidence& evidence, bool only_broken) {
  std::string text;
  for (std::size_t i = 0; i < evidence.checks.size(); ++i)
    if (!evidence.checks[i].passed && !evidence.checks[i].inconclusive && (!only_broken || evidence.broken_for_good[i]))
      add(text, evidence.checks[i].sentence());
  return text;
}

std::string criteria_text(const Evidence& evidence, CriterionStatus status, std::string_view verb) {
  std::string text;
  for (const auto& criterion : evidence.criteria)
    if (criterion.status == status)
      add(text, fmt::format("{}: {}{}{}", verb, criterion.criterion, criterion.reasoning.empty() ? "" : " — ", criterion.reasoning));
  return text;
}

Decision error_decision(const Evidence& evidence) {
  const auto& error = *evidence.ending.error;
  if (error.party == Party::agent)
    if (auto broken = failed_checks(evidence, true); !broken.empty()) return {RunOutcome::failed, broken + " Then the run broke off: " + error.message};
  return {RunOutcome::error, error.message};
}

// Everything that makes a run that could be done fail, in words; empty when nothing does.
std::string failures(const Evidence& evidence) {
  std::string text;
  if (evidence.ending.kind == Ending::Kind::failed || evidence.ending.verdict == RunOutcome::failed) add(text, evidence.ending.reason);
  // A check of the script that ended the run is its reason already.
  if (evidence.ending.kind != Ending::Kind::failed) add(text, failed_checks(evidence, false));
  add(text, criteria_text(evidence, CriterionStatus::failed, "not met"));
  return text;
}

std::string undecided(const Evidence& evidence) {
  std::string text = criteria_text(evidence, CriterionStatus::inconclusive, "undecided");
  if (evidence.ending.verdict == RunOutcome::inconclusive && text.empty())
    add(text, evidence.ending.reason.empty() ? "the judge came to no decision" : evidence.ending.reason);
  for (const auto& check : evidence.checks)
    if (check.inconclusive) add(text, check.sentence());
  if (!evidence.unsaid.empty())
    add(text, fmt::format("max_turns ended the run with {} {} unsaid, first {}", evidence.unsaid.size(), evidence.unsaid.size() == 1 ? "line" : "lines",
                          quote(evidence.unsaid.front())));
  return text;
}

bool asserted(const Evidence& evidence) {
  return evidence.ending.kind == Ending::Kind::succeeded || evidence.ending.verdict.has_value() || !evidence.criteria.empty() || !evidence.checks.empty();
}

std::string success(const Evidence& evidence) {
  std::string text = evidence.ending.reason;
  const auto met = std::count_if(evidence.criteria.begin(), evidence.criteria.end(), [](const auto& c) { return c.status == CriterionStatus::passed; });
  if (text.empty() && met > 0) add(text, fmt::format("{} of {} criteria met", met, evidence.criteria.size()));
  if (!evidence.checks.empty()) add(text, fmt::format("{} {} held", evidence.checks.size(), evidence.checks.size() == 1 ? "check" : "checks"));
  return text;
}

}  // namespace

Decision decide(const Evidence& evidence) {
  if (evidence.ending.kind == Ending::Kind::error) return error_decision(evidence);
  if (auto text = failures(evidence); !text.empty()) return {RunOutcome::failed, text};
  if (evidence.ending.kind == Ending::Kind::failed) return {RunOutcome::failed, "the script ended with fail"};
  if (evidence.ending.verdict == RunOutcome::failed) return {RunOutcome::failed, "the judge gave no reason"};
  if (auto text = undecided(evidence); !text.empty()) return {RunOutcome::inconclusive, text};
  if (!asserted(evidence))
    return {RunOutcome::inconclusive, "nothing was asserted: add a check, give the judge criteria, or end the script with succeed or fail"};
  return {RunOutcome::passed, success(evidence)};
}

}  // namespace antiphon
