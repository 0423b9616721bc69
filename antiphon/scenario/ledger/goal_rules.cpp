#include <algorithm>

#include <fmt/format.h>

#include "antiphon/base/text.hpp"
#include "antiphon/scenario/ledger/case.hpp"

namespace antiphon::ledger {

namespace {

/// The slots of failing `completed` checks that stayed unmet, and whether anything else failed beside them.
struct Unmet {
  std::vector<std::string> slots;
  std::vector<FaultEvidence> evidence;
  bool alone = true;
};

Unmet unmet_of(const Case& run) {
  Unmet unmet;
  const auto* completed = run.result.user_report.if_contains("completed");
  for (std::size_t i = 0; i < run.result.checks.size(); ++i) {
    const auto& check = run.result.checks[i];
    if (!is_failing(check)) continue;
    if (check.kind != "completed" || !completed || !check.expected.is_array()) {
      unmet.alone = false;
      continue;
    }
    for (const auto& slot : check.expected.get_array())
      if (slot.is_string() && !find(*completed, slot.get_string())) unmet.slots.emplace_back(slot.get_string());
    unmet.evidence.push_back({.quote = check.sentence(), .check = static_cast<int>(i)});
  }
  const auto fails = [](const CriterionResult& criterion) { return criterion.status == CriterionStatus::failed; };
  if (std::any_of(run.result.criteria.begin(), run.result.criteria.end(), fails)) unmet.alone = false;
  return unmet;
}

double times_asked(const Case& run, const std::string& slot) {
  const auto* asked = run.result.user_report.if_contains("asked");
  return asked ? find_number(*asked, slot).value_or(0) : 0;
}

// Failing for want of something that was never said, rather than for something that was.
bool fails_for_want(const Case& run) {
  bool any = false;
  for (std::size_t i = 0; i < run.result.checks.size(); ++i) {
    if (!is_failing(run.result.checks[i])) continue;
    if (run.is_broken_for_good(i)) return false;
    const auto& kind = run.result.checks[i].kind;
    const bool wants = kind == "contains" || kind == "regex" || kind == "equals" || kind == "json_schema" || kind == "tool_called" || kind == "tool_order" ||
                       kind == "similar" || kind == "completed" || kind == "turns";
    if (!wants) return false;
    any = true;
  }
  return any;
}

}  // namespace

std::optional<Finding> never_asked(const Case& run) {
  if (run.result.outcome != RunOutcome::failed || !run.result.user_report.contains("asked")) return std::nullopt;
  auto unmet = unmet_of(run);
  if (!unmet.alone || unmet.slots.empty()) return std::nullopt;
  if (std::any_of(unmet.slots.begin(), unmet.slots.end(), [&](const auto& slot) { return times_asked(run, slot) > 0; })) return std::nullopt;
  return Finding{.party = Party::simulated_user,
                 .why = fmt::format("it never asked the agent for {}", join(unmet.slots, ", ")),
                 .evidence = std::move(unmet.evidence),
                 .certain = run.user_concluded};  // else an agent that dawdles, a script or a judge may have kept it from asking
}

std::optional<Finding> listens_by_name(const Case& run) {
  if (run.result.outcome != RunOutcome::failed || run.user.heard_by_name.empty()) return std::nullopt;
  auto unmet = unmet_of(run);
  if (!unmet.alone || unmet.slots.empty()) return std::nullopt;
  const auto by_name = [&](const std::string& slot) {
    return std::find(run.user.heard_by_name.begin(), run.user.heard_by_name.end(), slot) != run.user.heard_by_name.end();
  };
  if (!std::all_of(unmet.slots.begin(), unmet.slots.end(), by_name)) return std::nullopt;
  return Finding{.party = Party::simulated_user,
                 .why = fmt::format("it counts {} as answered only when a reply names the word itself, which is too little to blame the agent; "
                                    "say what an answer looks like with `one_of` or `matches`",
                                    join(unmet.slots, ", ")),
                 .evidence = std::move(unmet.evidence),
                 .certain = false};
}

// Nobody can fail who was not there: what a check or a judge missed, or disliked, are the script's own words, or none.
std::optional<Finding> agent_never_called(const Case& run) {
  if (run.result.outcome != RunOutcome::failed || run.result.error || run.agent_called) return std::nullopt;
  std::vector<FaultEvidence> evidence;
  for (std::size_t i = 0; i < run.result.checks.size(); ++i)
    if (is_failing(run.result.checks[i])) evidence.push_back({.quote = run.result.checks[i].sentence(), .check = static_cast<int>(i)});
  return Finding{.party = Party::harness,
                 .why = "the agent was never asked: the run ended before its turn; give the script an `agent` or a `proceed` step before it ends",
                 .evidence = std::move(evidence)};
}

std::optional<Finding> lines_unsaid(const Case& run) {
  const auto* unsaid = run.result.user_report.if_contains("unsaid");
  if (!unsaid || !unsaid->is_array() || unsaid->get_array().empty() || !run.out_of_turns) return std::nullopt;
  if (run.result.outcome == RunOutcome::failed && !fails_for_want(run)) return std::nullopt;
  const auto& first = unsaid->get_array().front();
  const auto count = unsaid->get_array().size();
  return Finding{.party = Party::harness,
                 .why = fmt::format("max_turns ended the run with {} {} of the user unsaid", count, count == 1 ? "line" : "lines"),
                 .evidence = {{.quote = first.is_string() ? std::string(first.get_string()) : json::serialize(first)}}};
}

}  // namespace antiphon::ledger
