#pragma once

#include <string>
#include <string_view>

#include "antiphon/providers/llm/language_model.hpp"
#include "antiphon/providers/llm/wire/body.hpp"
#include "antiphon/providers/llm/wire/refusals.hpp"

namespace antiphon::openai {

using wire::BodyOptions;
using wire::Refusals;

/// The body of POST /chat/completions. No I/O; messages are concatenated as they were serialised, so the cost is linear in bytes copied.
/// @see https://platform.openai.com/docs/api-reference/chat/create
std::string chat_body(const ChatRequest& request, const BodyOptions& options, const Refusals& refused = {});

/// The parameter that a refusal (HTTP 400 or 422) is about and that can be left out or renamed: the name to add to `Refusals`, or nullopt
/// where the message is about something else, such as a value out of range.
std::optional<std::string> refused_parameter(std::string_view body, const json::object& extra);

}  // namespace antiphon::openai
