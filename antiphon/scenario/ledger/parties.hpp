#pragma once

#include <vector>

#include "antiphon/scenario/ledger/case.hpp"

namespace antiphon::ledger {

/// Where each of the six parties stands when `fault` decides: the one at fault first, the others in the order of `Party`. Pure.
std::vector<PartyStanding> standings(const Case& run, const Fault& fault);

}  // namespace antiphon::ledger
