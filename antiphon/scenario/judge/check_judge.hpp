#pragma once

#include <vector>

#include "antiphon/agent/participant.hpp"
#include "antiphon/scenario/checks/check.hpp"

namespace antiphon {

/// A judge that decides by checks alone (SCN-56): each is a criterion, and no model is asked. It ends a conversation early once a check is
/// broken that nothing later could mend. It cannot decide the sentences of a checkpoint.
ParticipantSpec check_judge(std::vector<Check> checks);

}  // namespace antiphon
