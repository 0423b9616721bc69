#pragma once

#include <string>
#include <string_view>

#include "antiphon/providers/llm/language_model.hpp"

namespace antiphon {

/// @name What every answer needs that is forced through a tool: of judges and of the auditor.

json::object string_schema(std::string_view description);
/// All properties are required, no others allowed.
json::object closed_object(json::object properties);
/// Some models write an object as a string of JSON: what is inside.
json::value unwrapped(const json::value& value);
/// The first call of that tool; nullptr: it was not called.
const ToolCall* call_of(const Message& message, std::string_view tool);
/// Adds the answer and what is wrong with it, so that the model may answer again.
void complain(ChatRequest& request, const Message& answer, const std::string& complaint);

}  // namespace antiphon
