#pragma once

#include <vector>

#include "antiphon/scenario/ledger/case.hpp"

namespace antiphon::ledger {

/// The rules in their order: the first that finds something decides (docs/results.md).
const std::vector<Rule>& rules();

/// Whose fault it was; nullopt for a run that passed or never began. Pure. A failed run is the agent's where no rule says otherwise, an
/// inconclusive one never is.
std::optional<Fault> attribute(const Case& run);

}  // namespace antiphon::ledger
