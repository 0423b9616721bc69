#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "antiphon/agent/participant.hpp"

namespace antiphon {

/// What makes a requested slot answered (contracts.md §2).
struct SlotAnswer {
  std::vector<std::string> one_of{};                                  ///< whole words, ignoring case
  std::string matches{};                                              ///< PCRE2, case-sensitive
  bool by_name() const { return one_of.empty() && matches.empty(); }  ///< the reply names the slot's word
};

/// A goal: what the user knows and what it wants to learn.
struct Agenda {
  std::string goal{};                                           ///< "track order"
  std::vector<std::pair<std::string, std::string>> inform{};    ///< constraints: slot, value
  std::vector<std::pair<std::string, SlotAnswer>> request{};    ///< requests, in the order in which they are asked
  std::map<std::string, std::vector<std::string>> phrasings{};  ///< own wordings by dialogue act, such as `request(status)`; `{slot}` and `{value}` are filled
};

/// A goal-driven user without any language model: a goal, an agenda stack of dialogue acts, phrasings; deterministic under the seed.
///
/// Its report: `{"goal": …, "completed": {slot: {"value": text, "message": index}}, "unmet": [slots], "asked": {slot: times}}`.
/// @see Schatzmann, Thomson, Weilhammer, Ye, Young 2007: Agenda-based user simulation for bootstrapping a POMDP dialogue system.
ParticipantSpec agenda_user(Agenda agenda);
/// @throws Error configuration: nothing requested and nothing informed, a pattern that does not compile.
void validate(const Agenda& agenda);

}  // namespace antiphon
