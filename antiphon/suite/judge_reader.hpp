#pragma once

#include "antiphon/agent/participant.hpp"
#include "antiphon/suite/context.hpp"

namespace antiphon::suite {

/// A list of criteria, or a mapping with `criteria` and model settings. Empty where something was reported.
ParticipantSpec read_judge(ReadContext& context, const Node& node);

}  // namespace antiphon::suite
