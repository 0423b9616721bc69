#pragma once

#include <optional>
#include <vector>

#include "antiphon/scenario/checks/check.hpp"
#include "antiphon/suite/context.hpp"

namespace antiphon::suite {

/// A one-key mapping that names the kind (contracts.md §4). Patterns and schemas are compiled here, so that they fail before any run.
std::optional<Check> read_check(ReadContext& context, const Node& node);

/// A list of checks; what could not be read is left out after it was reported.
std::vector<Check> read_checks(ReadContext& context, const Node& node);

}  // namespace antiphon::suite
