#include "antiphon/scenario/ledger/parties.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace antiphon::ledger {

namespace {

using State = PartyStanding::State;

constexpr std::array user_rules{leaks_instructions, speaks_as_assistant, answers_itself, echoes_the_agent, contradicts_its_brief, repeats_itself};

PartyStanding clear(std::string why) { return {.state = State::clear, .why = std::move(why)}; }
PartyStanding not_checked(std::string why) { return {.state = State::not_checked, .why = std::move(why)}; }

std::string counted(std::size_t n, std::string_view one, std::string_view many) { return fmt::format("{} {}", n, n == 1 ? one : many); }

/// How many checks and criteria ended so.
struct Assertions {
  std::size_t failing_checks = 0, held_checks = 0, undecided_checks = 0, not_met = 0, met = 0;

  explicit Assertions(const ScenarioResult& result) {
    for (const auto& check : result.checks) ++(check.passed ? held_checks : check.inconclusive ? undecided_checks : failing_checks);
    for (const auto& criterion : result.criteria) {
      not_met += criterion.status == CriterionStatus::failed ? 1 : 0;
      met += criterion.status == CriterionStatus::passed ? 1 : 0;
    }
  }
  bool any_failing() const { return failing_checks + not_met > 0; }
};

std::string both(std::size_t checks, std::string_view checks_do, std::size_t criteria, std::string_view criteria_are) {
  std::string text;
  if (checks > 0) text += counted(checks, "check", "checks") + " " + std::string(checks_do);
  if (criteria > 0) text += (text.empty() ? "" : ", ") + counted(criteria, "criterion", "criteria") + " " + std::string(criteria_are);
  return text;
}

PartyStanding agent(const Case& run) {
  const Assertions found(run.result);
  if (found.any_failing()) return not_checked(both(found.failing_checks, "not held", found.not_met, "not met") + ", which says nothing about it here");
  if (found.held_checks + found.met == 0) return not_checked("nothing was decided about it");
  return clear(both(found.held_checks, "held", found.met, "met") + ", none failed");
}

PartyStanding simulated_user(const Case& run) {
  const auto& messages = run.result.messages;
  std::size_t own = 0, said = 0;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    said += messages[i].role() == MessageRole::user ? 1 : 0;
    own += run.own_words_of_user(i) ? 1 : 0;
  }
  if (said == 0) return not_checked("it said nothing");
  if (own == 0) return clear("its words were given");
  if (run.result.error) return not_checked("the run broke off, which decides it alone");
  if (std::any_of(user_rules.begin(), user_rules.end(), [&](RuleFunction look) { return seen_by(look, run).has_value(); }))
    return clear("what it did wrong changed nothing any more");
  const auto lines = counted(own, "line", "lines");
  if (run.user.situation.empty() && run.user.facts.empty()) return not_checked(fmt::format("its brief is not known; no rule of form broken in {}", lines));
  return clear(fmt::format("kept its brief in {}", lines));
}

PartyStanding judge(const Case& run) {
  if (run.result.criteria.empty()) return clear("no verdict was its own");
  std::size_t cited = 0;
  for (const auto& criterion : run.result.criteria) cited += criterion.evidence.size();
  if (const auto invented = criteria_with_invented_words(run); !invented.empty())
    return not_checked(counted(invented.size(), "criterion rests", "criteria rest") + " on words that nobody said, and the run fails without that");
  if (cited == 0) return not_checked("its verdict cites no message");
  return clear(cited == 1 ? "the message that it cites is there" : fmt::format("all {} messages that it cites are there", cited));
}

PartyStanding provider(const Case& run) {
  const auto calls = run.result.model_calls;
  if (calls == 0) return clear("no model was asked");
  return clear(calls == 1 ? "the one call of a model was answered" : fmt::format("{} calls of models were answered", calls));
}

PartyStanding transport(const Case& run) {
  if (!run.over_network) return clear("no network between us and the agent");
  const auto answers = run.result.answer_s.size();
  if (answers == 0) return not_checked("no answer of the agent arrived");
  return clear(fmt::format("{} of the agent arrived", counted(answers, "answer", "answers")));
}

PartyStanding harness(const Case& run) {
  const Assertions found(run.result);
  if (found.undecided_checks > 0) return not_checked(fmt::format("{} could not be evaluated", counted(found.undecided_checks, "check", "checks")));
  const auto checks = run.result.checks.size();
  return clear(checks == 0 ? "nothing of ours broke" : checks == 1 ? "its check could be evaluated" : fmt::format("all {} checks could be evaluated", checks));
}

}  // namespace

std::vector<PartyStanding> standings(const Case& run, const Fault& fault) {
  using Look = PartyStanding (*)(const Case&);
  constexpr std::array<std::pair<Party, Look>, 6> looks{{{Party::agent, agent},
                                                         {Party::simulated_user, simulated_user},
                                                         {Party::judge, judge},
                                                         {Party::provider, provider},
                                                         {Party::transport, transport},
                                                         {Party::harness, harness}}};
  std::vector<PartyStanding> list{{.party = fault.party, .state = State::at_fault, .why = fault.why}};
  for (const auto& [party, look] : looks) {
    if (party == fault.party) continue;
    list.push_back(look(run));
    list.back().party = party;
  }
  return list;
}

}  // namespace antiphon::ledger
