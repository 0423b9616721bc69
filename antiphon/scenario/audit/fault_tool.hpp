#pragma once

#include <string>
#include <vector>

#include "antiphon/providers/llm/language_model.hpp"
#include "antiphon/scenario/ledger/case.hpp"

namespace antiphon::audit {

inline constexpr std::string_view tool_name = "name_fault";

/// What an auditor answers.
struct Answer {
  enum class Sure {
    certain,
    likely,
    unsure,  ///< too little to overrule anybody
  };
  Party party = Party::harness;
  std::string why{};
  std::vector<FaultEvidence> evidence{};
  Sure sure = Sure::unsure;
};

/// Whom an audit of this run may name: never the agent where the run stayed undecided, never a simulated user all of whose words were
/// given, nor a judge where a check fails without it, nor a model's service or a network that had no part in the run.
std::vector<Party> parties_for(const ledger::Case& run);

/// The one tool: evidence (messages with a quotation), why, which party, how sure, in this order.
Tool fault_tool(const std::vector<Party>& parties);

/// Reads a call of it.
/// @throws Error protocol for what the tool does not allow, saying what and where; Error invalid_input for evidence that does not exist or
/// cannot prove what it is given for, which makes the audit void.
Answer parse_fault(const ToolCall& call, const std::vector<Party>& parties, const ledger::Case& run);

}  // namespace antiphon::audit
