#pragma once

#include "antiphon/agent/participant.hpp"
#include "antiphon/suite/context.hpp"

namespace antiphon::suite {

/// A list of criteria, or a mapping with `criteria` and model settings. Empty where something was reported.
/// @param criteria_in_script the script asks it about criteria, so that it needs none of its own.
ParticipantSpec read_judge(ReadContext& context, const Node& node, bool criteria_in_script);

}  // namespace antiphon::suite
