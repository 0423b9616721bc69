#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "antiphon/base/json.hpp"
#include "antiphon/base/party.hpp"

namespace antiphon {

/// One piece of what an attribution rests on.
struct FaultEvidence {
  std::optional<int> message{};  ///< index into the run's messages
  std::string quote{};           ///< words of that message, or what stood where else
  std::optional<int> check{};    ///< index into the run's checks
  std::string criterion{};       ///< sentence of the criterion
};

/// Where one of the six parties stands.
struct PartyStanding {
  enum class State {
    at_fault,
    clear,        ///< what can be looked at speaks for it
    not_checked,  ///< nothing could be looked at, or it would prove nothing
  };
  Party party = Party::harness;
  State state = State::not_checked;
  std::string why{};
};

/// What the rules said before an audit decided.
struct RulesSaid {
  Party party = Party::harness;
  std::string rule{};
  std::string why{};
};

/// Whose fault it was that a run did not pass (SCN-100).
struct Fault {
  enum class By { rule, audit };

  Party party = Party::harness;
  By by = By::rule;
  std::string rule{};  ///< name of the rule that decided (docs/results.md lists them); empty for audits
  std::string why{};
  std::vector<FaultEvidence> evidence{};
  bool certain = true;                    ///< false where this is only the likeliest reading; a rule that is certain is never audited
  std::optional<RulesSaid> rules_said{};  ///< of an audit: what stood there before
  std::vector<PartyStanding> parties{};   ///< all six, the one at fault first; empty where nobody looked
};

std::string_view to_string(Fault::By by);
std::string_view to_string(PartyStanding::State state);
std::optional<PartyStanding::State> standing_from(std::string_view name);
json::object to_json(const Fault& fault);

}  // namespace antiphon
