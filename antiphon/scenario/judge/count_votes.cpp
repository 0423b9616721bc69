#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "antiphon/base/text.hpp"
#include "antiphon/scenario/judge/panel.hpp"

namespace antiphon {

namespace {

using Ballot = std::vector<std::pair<const PanelVote*, const CriterionResult*>>;

std::size_t count(const Ballot& ballot, CriterionStatus status) {
  return static_cast<std::size_t>(std::count_if(ballot.begin(), ballot.end(), [status](const auto& vote) { return vote.second->status == status; }));
}

bool wins(std::size_t votes, std::size_t all, PanelRule rule) { return rule == PanelRule::unanimous ? votes == all : 2 * votes > all; }

CriterionStatus decided(const Ballot& ballot, PanelRule rule) {
  for (const auto status : {CriterionStatus::passed, CriterionStatus::failed})
    if (wins(count(ballot, status), ballot.size(), rule)) return status;
  return CriterionStatus::inconclusive;
}

std::string tally(const Ballot& ballot) {
  std::vector<std::string> parts;
  for (const auto status : {CriterionStatus::passed, CriterionStatus::failed, CriterionStatus::inconclusive})
    if (const auto votes = count(ballot, status); votes > 0) parts.push_back(fmt::format("{} {}", votes, to_string(status)));
  return join(parts, ", ");
}

// Where all leave it undecided for the same reason, that is the reason; else they disagree, which is theirs.
Party cause(const Ballot& ballot) {
  const auto first = ballot.front().second->party;
  const bool one = std::all_of(ballot.begin(), ballot.end(),
                               [&](const auto& vote) { return vote.second->status == CriterionStatus::inconclusive && vote.second->party == first; });
  return one ? first.value_or(Party::judge) : Party::judge;
}

CriterionResult decide(const Ballot& ballot, PanelRule rule) {
  CriterionResult result{.criterion = ballot.front().second->criterion, .reasoning = tally(ballot), .status = decided(ballot, rule)};
  for (const auto& [vote, criterion] : ballot) {
    result.reasoning += fmt::format("{} {} ({}){}{}", result.votes.empty() ? ":" : ";", vote->judge, to_string(criterion->status),
                                    criterion->reasoning.empty() ? "" : " ", criterion->reasoning);
    result.votes.push_back({vote->judge, criterion->status, criterion->reasoning});
    // A decision rests on what those saw who made it; where there is none, on what anybody saw.
    if (criterion->status != result.status && result.status != CriterionStatus::inconclusive) continue;
    if (result.requirement.empty()) result.requirement = criterion->requirement;
    for (const int index : criterion->evidence)
      if (std::find(result.evidence.begin(), result.evidence.end(), index) == result.evidence.end()) result.evidence.push_back(index);
  }
  std::sort(result.evidence.begin(), result.evidence.end());
  if (result.status == CriterionStatus::inconclusive) result.party = cause(ballot);
  return result;
}

// Criteria meet by their sentence; one that a judge has twice is two.
std::vector<Ballot> ballots_of(const std::vector<PanelVote>& votes) {
  std::vector<Ballot> ballots;
  std::map<std::pair<std::string, int>, std::size_t> places;
  for (const auto& vote : votes) {
    std::map<std::string, int> times;
    for (const auto& criterion : vote.verdict.criteria) {
      const auto [place, fresh] = places.try_emplace({criterion.criterion, times[criterion.criterion]++}, ballots.size());
      if (fresh) ballots.emplace_back();
      ballots[place->second].emplace_back(&vote, &criterion);
    }
  }
  return ballots;
}

CriterionStatus as_status(RunOutcome outcome) {
  return outcome == RunOutcome::passed ? CriterionStatus::passed : outcome == RunOutcome::failed ? CriterionStatus::failed : CriterionStatus::inconclusive;
}

}  // namespace

Verdict count_votes(const std::vector<PanelVote>& votes, PanelRule rule) {
  Verdict verdict;
  for (const auto& ballot : ballots_of(votes)) verdict.criteria.push_back(decide(ballot, rule));
  // Judges without criteria vote on the run as a whole.
  std::vector<CriterionResult> whole;
  Ballot ballot;
  whole.reserve(votes.size());
  for (const auto& vote : votes)
    if (vote.verdict.criteria.empty())
      ballot.emplace_back(&vote, &whole.emplace_back(CriterionResult{.reasoning = vote.verdict.reasoning, .status = as_status(vote.verdict.decide())}));
  verdict.reasoning = fmt::format("{} judges, {}", votes.size(), rule == PanelRule::unanimous ? "unanimous" : "majority");
  if (ballot.empty()) return verdict;
  auto answer = decide(ballot, rule);
  if (!verdict.criteria.empty()) {
    answer.criterion = "verdict on the whole run";
    verdict.criteria.push_back(std::move(answer));
    return verdict;
  }
  verdict.reasoning += ": " + answer.reasoning;
  verdict.outcome = answer.status == CriterionStatus::passed   ? RunOutcome::passed
                    : answer.status == CriterionStatus::failed ? RunOutcome::failed
                                                               : RunOutcome::inconclusive;
  return verdict;
}

}  // namespace antiphon
