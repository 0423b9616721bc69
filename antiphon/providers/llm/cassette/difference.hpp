#pragma once

#include <string>
#include <string_view>

namespace antiphon {

/// What differs between two requests of a role, for people, in one line: which setting, tool or message, and the words around the first
/// difference; a message of the agent is told as such. Both are JSON texts as `call_text` makes them.
std::string call_difference(std::string_view recorded, std::string_view now, std::string_view role);

}  // namespace antiphon
