#pragma once

#include <optional>
#include <string>
#include <vector>

#include "antiphon/agent/brief.hpp"
#include "antiphon/result/result.hpp"

namespace antiphon::ledger {

/// A finished run as the rules see it.
struct Case {
  const ScenarioResult& result;
  Brief user{};                         ///< of the simulated user; empty where several take part
  std::vector<bool> broken_for_good{};  ///< per check: a measured value breaks it, whatever came after; shorter counts as false
  bool out_of_turns = false;            ///< max_turns were used up
  bool user_concluded = false;          ///< the simulated user had nothing more to say
  bool over_network = false;            ///< the agent is reached over a network
  bool agent_called = true;             ///< it was its turn at least once; else what it is said to have said was given
  bool verdict_asked = false;           ///< a judge gave its verdict, or was asked for one and gave none

  bool is_broken_for_good(std::size_t check) const { return check < broken_for_good.size() && broken_for_good[check]; }
  /// A message that the simulated user made up itself, not the script.
  bool own_words_of_user(std::size_t message) const;
  /// What was said before message `index` by anybody but the simulated user, tool results included.
  std::string said_by_others_before(std::size_t index) const;
  /// The message by which a failing assertion was settled, whatever came later: what a simulated user did after it changed nothing.
  std::optional<std::size_t> settled_at() const;
};

inline bool is_failing(const CheckResult& check) { return !check.passed && !check.inconclusive; }

/// What one rule saw.
struct Finding {
  Party party = Party::harness;
  std::string why{};
  std::vector<FaultEvidence> evidence{};
  bool certain = true;
  std::optional<std::size_t> from{};  ///< the message at which it went wrong; unset: that of the first evidence
};

/// Pure: a finished run in, a finding or nothing out.
using RuleFunction = std::optional<Finding> (*)(const Case&);
struct Rule {
  const char* name;
  RuleFunction look;
};

/// What the rule sees; nothing where the words are such that its patterns give up on them. Never throws for what anybody said.
std::optional<Finding> seen_by(RuleFunction rule, const Case& run);

FaultEvidence at_message(std::size_t index, std::string_view words);

/// @name What a simulated user does wrong. Each looks at its own words alone.
std::optional<Finding> leaks_instructions(const Case& run);
std::optional<Finding> speaks_as_assistant(const Case& run);
std::optional<Finding> answers_itself(const Case& run);
std::optional<Finding> echoes_the_agent(const Case& run);
std::optional<Finding> contradicts_its_brief(const Case& run);
std::optional<Finding> repeats_itself(const Case& run);
/// @name A goal that nobody could have reached.
std::optional<Finding> never_asked(const Case& run);
std::optional<Finding> listens_by_name(const Case& run);
std::optional<Finding> lines_unsaid(const Case& run);
std::optional<Finding> agent_never_called(const Case& run);
/// @name A judge that saw what is not there.
std::optional<Finding> judge_invents_words(const Case& run);
/// The criteria that are not met for words that nobody said, though somebody is said to have said them; nothing where there are none.
std::vector<std::string> criteria_with_invented_words(const Case& run);

}  // namespace antiphon::ledger
