#pragma once

#include "antiphon/agent/participant.hpp"
#include "antiphon/suite/context.hpp"

namespace antiphon::suite {

/// `layercode: {server_url, agent_id, …}` (docs/suites.md).
ParticipantSpec read_layercode(ReadContext& context, const Node& node);

}  // namespace antiphon::suite
