#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "antiphon/agent/participant.hpp"

namespace antiphon {

/// What an agent that is a program reads: one JSON object, no line break (contracts.md §5).
std::string turn_line(const AgentInput& input);

/// What it writes: `{"content": …}`, `{"messages": […]}` or `{"error": {"message": …}}`.
/// @throws Error, party agent: protocol for anything else, quoting it; invalid_input for an error that it reports.
std::vector<Message> parse_turn_answer(std::string_view line);

}  // namespace antiphon
