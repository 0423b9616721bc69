#include "antiphon/providers/llm/mock/chat_request.hpp"

#include <charconv>

#include <fmt/format.h>

#include "antiphon/base/text.hpp"

namespace antiphon::mock {

namespace {

[[noreturn]] void refuse(std::string message, std::string parameter) { throw BadRequest{std::move(message), std::move(parameter)}; }

History messages_of(const json::value& body) {
  const auto* list = find(body, "messages");
  if (!list || !list->is_array()) refuse("messages is missing or no list", "messages");
  if (list->get_array().empty()) refuse("messages is empty: at least one is needed", "messages");
  History history;
  for (std::size_t i = 0; i < list->get_array().size(); ++i) {
    try {
      history.append(Message(list->get_array()[i]));
    } catch (const Error& error) {
      refuse(error.message(), fmt::format("messages[{}]", i));
    }
  }
  return history;
}

ToolSet tools_of(const json::value& body) {
  const auto* list = find(body, "tools");
  if (!list || list->is_null()) return {};
  if (!list->is_array()) refuse("tools is no list", "tools");
  std::vector<Tool> tools;
  for (const auto& value : list->get_array()) {
    const auto* function = find(value, "function");
    const auto name = function ? find_string(*function, "name") : std::nullopt;
    if (!name || name->empty()) refuse("a tool needs {type: function, function: {name}}; this is " + preview(value), fmt::format("tools[{}]", tools.size()));
    Tool tool{.name = *name, .description = find_string(*function, "description").value_or("")};
    if (const auto* parameters = find(*function, "parameters"); parameters && parameters->is_object()) tool.parameters = *parameters;
    tools.push_back(std::move(tool));
  }
  return tools;
}

ToolChoice named_choice(const json::value& choice, const ToolSet& tools) {
  const auto* function = find(choice, "function");
  const auto name = function ? find_string(*function, "name") : std::nullopt;
  if (!name) refuse("tool_choice is none of none, auto, required, or {type: function, function: {name}}", "tool_choice");
  if (!tools.find(*name)) refuse(fmt::format("tool_choice names {}, which is none of the tools", quote(*name)), "tool_choice");
  return {.mode = ToolChoice::Mode::named, .name = *name};
}

ToolChoice choice_of(const json::value& body, const ToolSet& tools) {
  const auto* choice = find(body, "tool_choice");
  if (!choice || choice->is_null()) return {};
  if (tools.empty()) refuse("tool_choice without tools", "tool_choice");
  if (!choice->is_string()) return named_choice(*choice, tools);
  const std::string_view mode = choice->get_string();
  if (mode == "auto") return {};
  if (mode == "none") return {.mode = ToolChoice::Mode::none};
  if (mode == "required") return {.mode = ToolChoice::Mode::required};
  refuse(fmt::format("tool_choice is {}; allowed are none, auto, required, or an object that names a function", quote(mode)), "tool_choice");
}

std::optional<json::value> schema_of(const json::value& body) {
  const auto* format = find(body, "response_format");
  if (!format || format->is_null()) return std::nullopt;
  const auto type = find_string(*format, "type").value_or("");
  if (type == "text") return std::nullopt;
  if (type == "json_object") return json::parse(R"({"type":"object","properties":{"answer":{"type":"string"}},"required":["answer"]})");
  const auto* schema = at_pointer(*format, "/json_schema/schema");
  if (type != "json_schema" || !schema || !schema->is_object())
    refuse("response_format is none of {type: text}, {type: json_object}, {type: json_schema, json_schema: {name, schema}}", "response_format");
  return *schema;
}

bool flag(const json::value& body, std::string_view name) {
  const auto* value = find(body, name);
  if (!value || value->is_null()) return false;
  if (!value->is_bool()) refuse(fmt::format("{} is neither true nor false", name), std::string(name));
  return value->get_bool();
}

int user_messages(const History& messages) {
  int count = 0;
  for (const auto& message : messages) count += message.role() == MessageRole::user;
  return count;
}

// What a tagged request leaves out is as in one without tags.
CallTags tags_of(const net::Headers& headers, const History& messages) {
  CallTags tags;
  tags.thread_id = net::find_header(headers, "x-antiphon-thread-id").value_or("");
  tags.role = net::find_header(headers, "x-antiphon-role").value_or("agent");
  tags.turn = user_messages(messages);
  const auto turn = net::find_header(headers, "x-antiphon-turn").value_or("");
  std::from_chars(turn.data(), turn.data() + turn.size(), tags.turn);
  return tags;
}

json::value parse(std::string_view text) {
  try {
    return parse_json(text);
  } catch (const Error& error) {
    refuse("the body is " + error.message(), "");
  }
}

}  // namespace

ChatCall read_chat_call(std::string_view text, const net::Headers& headers) {
  const auto body = parse(text);
  if (!body.is_object()) refuse("the body is no JSON object", "");
  ChatCall call{.model = find_string(body, "model").value_or("")};
  if (call.model.empty()) refuse("model is missing", "model");
  call.stream = flag(body, "stream");
  if (const auto* options = find(body, "stream_options"); options && !options->is_null()) call.include_usage = flag(*options, "include_usage");
  auto& request = call.request;
  request.messages = messages_of(body);
  request.tools = tools_of(body);
  request.tool_choice = choice_of(body, request.tools);
  request.response_schema = schema_of(body);
  request.temperature = find_number(body, "temperature");
  request.tags = tags_of(headers, request.messages);
  return call;
}

}  // namespace antiphon::mock
