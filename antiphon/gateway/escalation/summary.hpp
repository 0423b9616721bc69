#pragma once

#include "antiphon/gateway/dialogue/model_chain.hpp"
#include "antiphon/gateway/escalation/escalator.hpp"
#include "antiphon/gateway/privacy/mask.hpp"

namespace antiphon::gateway {

/// What the person who takes the call has to know. A model writes the summary; where none can in time, it is put together from the turns.
Task<Escalation> describe_call(const SessionState& session, ModelChain& models, const Masker& masker, Deadline deadline);

/// Without a model: why, what the caller said last, which tools were called and what failed.
std::string plain_summary(const SessionState& session);

}  // namespace antiphon::gateway
