#pragma once

#include <vector>

#include "antiphon/suite/matrix.hpp"

namespace antiphon::suite {

/// Expands every `${…}` of a scenario, agent or defaults, but leaves the names that an http agent fills in at run time
/// (`${input.text}`, `${input.messages}`, `${thread_id}`) in its body template.
void expand_except_runtime(Node& node, const Lookup& lookup, std::vector<Problem>& problems);

}  // namespace antiphon::suite
