#include "antiphon/scenario/ledger/ledger.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/scenario/ledger/parties.hpp"

namespace antiphon::ledger {

namespace {

constexpr std::size_t quote_limit = 240;

// The first of a user's misdeeds decides when it went wrong.
template <RuleFunction look>
std::optional<Finding> before_it_was_settled(const Case& run) {
  if (run.result.outcome == RunOutcome::error || (run.result.outcome == RunOutcome::failed && run.result.error)) return std::nullopt;
  auto finding = look(run);
  if (!finding || run.result.outcome != RunOutcome::failed) return finding;
  const auto settled = run.settled_at();
  const auto& front = finding->evidence.front().message;
  const auto began = finding->from ? finding->from : front ? std::optional(static_cast<std::size_t>(*front)) : std::nullopt;
  return settled && began && *began > *settled ? std::nullopt : finding;
}

std::optional<Finding> error_keeps_its_party(const Case& run) {
  if (run.result.outcome != RunOutcome::error) return std::nullopt;
  if (!run.result.error) return Finding{.party = Party::harness, .why = run.result.reasoning};
  return Finding{.party = run.result.error->party, .why = run.result.error->message};
}

// A panel that disagrees is undecided by itself; one that agrees that nothing can be said may be right.
bool left_open_by_all(const CriterionResult& criterion) {
  const auto& votes = criterion.votes;
  return !votes.empty() && std::all_of(votes.begin(), votes.end(), [](const CriterionVote& vote) { return vote.status == CriterionStatus::inconclusive; });
}

std::optional<Finding> undecided(const Case& run) {
  if (run.result.outcome != RunOutcome::inconclusive) return std::nullopt;
  for (const auto& criterion : run.result.criteria) {
    if (criterion.status != CriterionStatus::inconclusive) continue;
    // Whatever a judge of somebody else's says: what nobody decided is not the agent's.
    const auto party = criterion.party.value_or(Party::judge);
    FaultEvidence evidence{.criterion = criterion.criterion};
    if (!criterion.evidence.empty()) evidence.message = criterion.evidence.front();
    return Finding{.party = party == Party::agent ? Party::judge : party,
                   .why = fmt::format("it left undecided: {}{}{}", criterion.criterion, criterion.reasoning.empty() ? "" : " — ", criterion.reasoning),
                   .evidence = {std::move(evidence)},
                   .certain = criterion.party.has_value() && !left_open_by_all(criterion)};
  }
  for (std::size_t i = 0; i < run.result.checks.size(); ++i)
    if (const auto& check = run.result.checks[i]; check.inconclusive)
      return Finding{.party = *check.inconclusive == Party::agent ? Party::harness : *check.inconclusive,
                     .why = check.sentence(),
                     .evidence = {{.check = static_cast<int>(i)}}};
  // Where nobody was to decide anything, the suite lacks an assertion.
  return Finding{.party = run.verdict_asked ? Party::judge : Party::harness, .why = run.result.reasoning};
}

std::optional<Finding> agent_breaks_a_check(const Case& run) {
  for (std::size_t i = 0; i < run.result.checks.size(); ++i) {
    const auto& check = run.result.checks[i];
    if (!is_failing(check)) continue;
    FaultEvidence evidence{.message = check.message, .check = static_cast<int>(i)};
    if (check.message && static_cast<std::size_t>(*check.message) < run.result.messages.size())
      evidence.quote = cut(run.result.messages[static_cast<std::size_t>(*check.message)].text(), quote_limit);
    // What somebody else's fixed words asked for, and what was measured, is beyond doubt; what never came may have been never asked for.
    return Finding{
        .party = Party::agent, .why = check.sentence(), .evidence = {std::move(evidence)}, .certain = run.is_broken_for_good(i) || run.user.fixed_words};
  }
  return std::nullopt;
}

std::optional<Finding> agent_misses_a_criterion(const Case& run) {
  std::vector<FaultEvidence> evidence;
  std::string why;
  for (const auto& criterion : run.result.criteria) {
    if (criterion.status != CriterionStatus::failed) continue;
    if (why.empty()) why = fmt::format("not met: {}{}{}", criterion.criterion, criterion.reasoning.empty() ? "" : " — ", criterion.reasoning);
    for (const auto index : criterion.evidence) {
      auto piece = static_cast<std::size_t>(index) < run.result.messages.size()
                       ? at_message(static_cast<std::size_t>(index), run.result.messages[static_cast<std::size_t>(index)].text())
                       : FaultEvidence{};
      piece.criterion = criterion.criterion;
      evidence.push_back(std::move(piece));
    }
    if (criterion.evidence.empty()) evidence.push_back({.criterion = criterion.criterion});
  }
  if (why.empty()) return std::nullopt;
  return Finding{.party = Party::agent, .why = std::move(why), .evidence = std::move(evidence), .certain = false};
}

std::optional<Finding> run_was_failed(const Case& run) { return Finding{.party = Party::agent, .why = run.result.reasoning, .certain = false}; }

}  // namespace

bool Case::own_words_of_user(std::size_t message) const {
  if (user.fixed_words || result.messages[message].role() != MessageRole::user || result.messages[message].text().empty()) return false;
  return message >= result.timings.size() || !result.timings[message].scripted;
}

std::optional<std::size_t> Case::settled_at() const {
  std::optional<std::size_t> first;
  const auto take = [&](int index) {
    if (index >= 0 && (!first || static_cast<std::size_t>(index) < *first)) first = static_cast<std::size_t>(index);
  };
  for (std::size_t i = 0; i < result.checks.size(); ++i)
    if (is_failing(result.checks[i]) && is_broken_for_good(i) && result.checks[i].message) take(*result.checks[i].message);
  for (const auto& criterion : result.criteria)
    if (criterion.status == CriterionStatus::failed && !criterion.evidence.empty())
      take(*std::max_element(criterion.evidence.begin(), criterion.evidence.end()));
  return first;
}

std::string Case::said_by_others_before(std::size_t index) const {
  std::string text;
  for (std::size_t i = 0; i < index && i < result.messages.size(); ++i)
    if (!own_words_of_user(i)) text += result.messages[i].text() + "\n" + std::string(result.messages[i].serialized()) + "\n";
  return text;
}

FaultEvidence at_message(std::size_t index, std::string_view words) { return {.message = static_cast<int>(index), .quote = cut(trim(words), quote_limit)}; }

std::optional<Finding> seen_by(RuleFunction rule, const Case& run) {
  try {
    return rule(run);
  } catch (const Error&) {
    return std::nullopt;
  }
}

const std::vector<Rule>& rules() {
  static const std::vector<Rule> table{
      {"error", error_keeps_its_party},
      {"leaked instructions", before_it_was_settled<leaks_instructions>},
      {"spoke as the assistant", before_it_was_settled<speaks_as_assistant>},
      {"answered itself", before_it_was_settled<answers_itself>},
      {"echoed the agent", before_it_was_settled<echoes_the_agent>},
      {"contradicted its brief", before_it_was_settled<contradicts_its_brief>},
      {"repeated itself", before_it_was_settled<repeats_itself>},
      {"invented evidence", judge_invents_words},
      {"lines unsaid", lines_unsaid},
      {"agent not called", agent_never_called},
      {"never asked", never_asked},
      {"heard by name alone", listens_by_name},
      {"undecided", undecided},
      {"check", agent_breaks_a_check},
      {"criterion", agent_misses_a_criterion},
      {"failed", run_was_failed},
  };
  return table;
}

std::optional<Fault> attribute(const Case& run) {
  if (run.result.not_run || run.result.outcome == RunOutcome::passed) return std::nullopt;
  for (const auto& rule : rules())
    if (auto finding = seen_by(rule.look, run)) {
      Fault fault{.party = finding->party,
                  .by = Fault::By::rule,
                  .rule = rule.name,
                  .why = std::move(finding->why),
                  .evidence = std::move(finding->evidence),
                  .certain = finding->certain};
      fault.parties = standings(run, fault);
      return fault;
    }
  return std::nullopt;
}

}  // namespace antiphon::ledger
