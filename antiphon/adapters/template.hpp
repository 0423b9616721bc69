#pragma once

#include "antiphon/agent/participant.hpp"
#include "antiphon/base/json.hpp"

namespace antiphon {

/// Fills ${input.text}, ${input.messages} and ${thread_id} in all strings of a request body. A string that is nothing but
/// ${input.messages} becomes the list itself; inside other text the list is its JSON.
json::value fill_template(const json::value& body, const AgentInput& input);

}  // namespace antiphon
