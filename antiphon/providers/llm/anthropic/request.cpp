#include "antiphon/providers/llm/anthropic/request.hpp"

#include <fmt/format.h>

#include "antiphon/providers/llm/anthropic/conversation.hpp"

namespace antiphon::anthropic {

namespace {

// The API wants a limit. Thinking counts towards it, so it must not be small; every current model allows this much.
constexpr int default_max_tokens = 16384;

json::array tools_of(const ToolSet& tools) {
  json::array list;
  for (const auto& tool : tools.tools()) {
    json::object written{{"name", tool.name}};
    if (!tool.description.empty()) written.emplace("description", tool.description);
    auto schema = tool.parameters.is_object() ? tool.parameters.get_object() : json::object{};
    if (!schema.contains("type")) schema.emplace("type", "object");
    written.emplace("input_schema", std::move(schema));
    list.push_back(std::move(written));
  }
  return list;
}

void add_tool_choice(json::object& body, const ToolChoice& choice) {
  switch (choice.mode) {
    case ToolChoice::Mode::automatic: return;  // the default wherever tools are offered
    case ToolChoice::Mode::none: body["tool_choice"] = {{"type", "none"}}; return;
    case ToolChoice::Mode::required: body["tool_choice"] = {{"type", "any"}}; return;
    case ToolChoice::Mode::named: body["tool_choice"] = {{"type", "tool"}, {"name", choice.name}}; return;
  }
}

bool is_enforced(std::string_view type, std::string_view keyword, const json::value& value) {
  for (const std::string_view known : {"type", "description", "title", "enum", "const", "anyOf", "oneOf", "allOf", "$ref", "$defs", "definitions", "default"})
    if (keyword == known) return true;
  if (type == "object") return keyword == "properties" || keyword == "required" || keyword == "additionalProperties";
  if (type == "string") return keyword == "format";
  if (type == "array") return keyword == "items" || (keyword == "minItems" && value.is_number() && value.to_number<double>() <= 1);
  return false;
}

json::value closed(const json::value& value) {
  if (value.is_array()) {
    json::array list;
    for (const auto& item : value.get_array()) list.push_back(closed(item));
    return list;
  }
  return value.is_object() ? output_schema(value) : value;
}

json::object members_closed(const json::value& named) {
  json::object schemas;
  if (named.is_object())
    for (const auto& [name, schema] : named.get_object()) schemas.emplace(name, output_schema(schema));
  return schemas;
}

}  // namespace

json::value output_schema(const json::value& schema) {
  if (!schema.is_object()) return schema;
  const auto type = find_string(schema, "type").value_or(find(schema, "properties") ? "object" : "");
  json::object written;
  std::string told;
  for (const auto& [keyword, value] : schema.get_object()) {
    if (!is_enforced(type, keyword, value))
      told += fmt::format("{}{}: {}", told.empty() ? "" : ", ", std::string_view(keyword), json_text(value));
    else if (keyword == "properties" || keyword == "$defs" || keyword == "definitions")
      written.emplace(keyword, members_closed(value));
    else if (keyword == "items" || keyword == "anyOf" || keyword == "oneOf" || keyword == "allOf")
      written.emplace(keyword == "oneOf" ? "anyOf" : std::string_view(keyword), closed(value));
    else if (keyword != "additionalProperties")
      written.emplace(keyword, value);
  }
  if (type == "object") written.insert_or_assign("additionalProperties", false);
  if (!told.empty()) {
    const auto before = find_string(schema, "description");
    written.insert_or_assign("description", before ? fmt::format("{} ({})", *before, told) : told);
  }
  return written;
}

json::object messages_body(const ChatRequest& request, const wire::BodyOptions& options, const wire::Refusals& refused) {
  auto [system, messages] = conversation(refused.has("tool_choice") ? wire::with_words(request) : request, options.name);
  json::object body{{"model", options.model}};
  const auto max_tokens = request.max_tokens ? request.max_tokens : options.max_tokens;
  body.emplace("max_tokens", max_tokens.value_or(default_max_tokens));
  if (!system.empty()) body.emplace("system", std::move(system));
  body.emplace("messages", std::move(messages));
  if (!request.tools.empty()) {
    body.emplace("tools", tools_of(request.tools));
    if (!refused.has("tool_choice")) add_tool_choice(body, request.tool_choice);
  }
  if (const auto value = request.temperature ? request.temperature : options.temperature; value && !refused.has("temperature"))
    body.emplace("temperature", *value);
  if (request.response_schema && !refused.has("output_config"))
    body.emplace("output_config", json::object{{"format", json::object{{"type", "json_schema"}, {"schema", output_schema(*request.response_schema)}}}});
  if (options.stream) body.emplace("stream", true);
  wire::add_extra(body, options.extra, refused);
  return body;
}

std::string_view version_for(const json::object& body) {
  for (const auto* name : {"temperature", "top_p", "top_k"})
    if (body.contains(name)) return "2023-06-01";
  return "2026-10-21";
}

}  // namespace antiphon::anthropic
