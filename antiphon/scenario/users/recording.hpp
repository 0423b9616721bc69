#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "antiphon/chat/message.hpp"

namespace antiphon {

/// The user's messages of a recorded conversation, in their order: of a JSON list of chat messages, of an object with such a list as
/// `messages`, or of a scenario of a result.json.
/// @param file shown in errors.
/// @param scenario the id of one, where there are several.
/// @throws Error configuration: no JSON (with line and column), no conversation, no such scenario, a message that is none (with its JSON
/// pointer), or nobody spoke as the user.
std::vector<Message> parse_recording(std::string_view text, const std::string& file, const std::string& scenario = {});

/// @throws Error as above, not_found or io too.
std::vector<Message> read_recording(const std::string& file, const std::string& scenario = {});

}  // namespace antiphon
