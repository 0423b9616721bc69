#pragma once

#include <vector>

#include "antiphon/scenario/script/step.hpp"
#include "antiphon/suite/context.hpp"

namespace antiphon::suite {

/// A list of steps: a word (`agent`), or a one-key mapping (`user: hello`).
std::vector<Step> read_script(ReadContext& context, const Node& node);

}  // namespace antiphon::suite
