#include "antiphon/scenario/judge/forced_answer.hpp"

#include <algorithm>

namespace antiphon {

json::object string_schema(std::string_view description) { return {{"type", "string"}, {"description", description}}; }

json::object closed_object(json::object properties) {
  json::array required;
  for (const auto& member : properties) required.push_back(json::value(member.key()));
  return {{"type", "object"}, {"properties", std::move(properties)}, {"required", std::move(required)}, {"additionalProperties", false}};
}

json::value unwrapped(const json::value& value) {
  if (value.is_string())
    if (auto inner = try_parse_json(value.get_string())) return *inner;
  return value;
}

const ToolCall* call_of(const Message& message, std::string_view tool) {
  const auto& calls = message.tool_calls();
  const auto call = std::find_if(calls.begin(), calls.end(), [tool](const ToolCall& one) { return one.name == tool; });
  return call == calls.end() ? nullptr : &*call;
}

// A tool call must be answered before anything else may be said.
void complain(ChatRequest& request, const Message& answer, const std::string& complaint) {
  request.messages.append(answer);
  for (const auto& call : answer.tool_calls()) request.messages.append(Message::tool_result(call.id, call.name, "error: " + complaint));
  if (answer.tool_calls().empty()) request.messages.append(Message::user("That was no valid answer: " + complaint));
}

}  // namespace antiphon
