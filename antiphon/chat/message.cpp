#include "antiphon/chat/message.hpp"

#include <mutex>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon {

namespace {

constexpr std::pair<MessageRole, std::string_view> role_names[] = {
    {MessageRole::developer, "developer"}, {MessageRole::system, "system"}, {MessageRole::user, "user"},
    {MessageRole::assistant, "assistant"}, {MessageRole::tool, "tool"},     {MessageRole::function, "function"},
};

[[noreturn]] void refuse(const std::string& why) { throw Error(ErrorKind::protocol, "not a chat message: " + why); }

std::string part_text(const json::value& part) {
  if (auto text = find_string(part, "text")) return *text;
  for (const auto* key : {"input_audio", "audio"})
    if (const auto* audio = find(part, key))
      if (auto transcript = find_string(*audio, "transcript")) return *transcript;
  return find_string(part, "transcript").value_or("");
}

std::string content_text(const json::value& message) {
  const auto* content = find(message, "content");
  if (!content || content->is_null()) return {};
  if (content->is_string()) return std::string(content->get_string());
  if (!content->is_array()) refuse("content is " + preview(*content, 60) + ", allowed are a string, a list of parts, or null");
  std::vector<std::string> texts;
  for (const auto& part : content->get_array()) {
    if (part.is_string()) {
      texts.emplace_back(part.get_string());
      continue;
    }
    if (!part.is_object()) refuse("a part of content is " + preview(part, 60) + ", allowed is an object with a type");
    if (auto text = part_text(part); !text.empty()) texts.push_back(std::move(text));
  }
  return join(texts, "\n");
}

ToolCall tool_call(const json::value& value) {
  const auto* function = find(value, "function");
  if (!function || !function->is_object()) refuse("a tool call without function: " + preview(value, 80));
  ToolCall call{.id = find_string(value, "id").value_or(""), .name = find_string(*function, "name").value_or(""), .arguments = ""};
  if (call.name.empty()) refuse("a tool call without a name: " + preview(value, 80));
  const auto* arguments = find(*function, "arguments");
  if (arguments && arguments->is_string())
    call.arguments = std::string(arguments->get_string());
  else if (arguments && !arguments->is_null())
    call.arguments = json::serialize(*arguments);  // some servers send an object
  return call;
}

std::vector<ToolCall> calls_of(const json::value& message) {
  const auto* list = find(message, "tool_calls");
  if (!list || list->is_null()) return {};
  if (!list->is_array()) refuse("tool_calls is no list");
  std::vector<ToolCall> calls;
  for (const auto& value : list->get_array()) calls.push_back(tool_call(value));
  return calls;
}

MessageRole role_of(const json::value& message) {
  if (!message.is_object()) refuse(preview(message, 80) + " is no object");
  const auto name = find_string(message, "role");
  if (!name) refuse("no role in " + preview(message, 80));
  const auto role = message_role_from(*name);
  if (!role) refuse("unknown role " + quote(*name) + "; allowed: developer, system, user, assistant, tool, function");
  return *role;
}

json::value text_message(MessageRole role, std::string_view text) {
  json::object object;
  object.reserve(2);
  object.emplace("role", to_string(role));
  object.emplace("content", is_utf8(text) ? json::string(text) : json::string(repair_utf8(text)));
  return object;
}

}  // namespace

std::string_view to_string(MessageRole role) {
  for (const auto& [value, name] : role_names)
    if (value == role) return name;
  return "user";
}

std::optional<MessageRole> message_role_from(std::string_view name) {
  for (const auto& [value, text] : role_names)
    if (text == name) return value;
  return std::nullopt;
}

json::value ToolCall::parsed_arguments() const {
  if (trim(arguments).empty()) return json::object{};
  return parse_json(arguments);
}

struct Message::Body {
  explicit Body(json::value v) : value(std::move(v)), role(role_of(value)), text(content_text(value)), calls(calls_of(value)) {}

  json::value value;
  MessageRole role;
  std::string text;
  std::vector<ToolCall> calls;
  mutable std::once_flag once;
  mutable std::string serialized;
};

Message::Message(json::value value) : body_(std::make_shared<const Body>(std::move(value))) {}
Message::Message(MessageRole role, std::string_view text) : Message(text_message(role, text)) {}

Message Message::assistant_calls(std::string_view text, const std::vector<ToolCall>& calls) {
  json::array list;
  for (const auto& call : calls)
    list.push_back(json::object{{"id", call.id}, {"type", "function"}, {"function", json::object{{"name", call.name}, {"arguments", call.arguments}}}});
  json::object object{{"role", "assistant"}};
  object.emplace("content", text.empty() ? json::value(nullptr) : json::value(json::string(text)));
  object.emplace("tool_calls", std::move(list));
  return Message(std::move(object));
}

Message Message::tool_result(std::string_view call_id, std::string_view name, std::string_view content) {
  json::object object{{"role", "tool"}, {"tool_call_id", call_id}};
  if (!name.empty()) object.emplace("name", name);
  object.emplace("content", content);
  return Message(std::move(object));
}

MessageRole Message::role() const { return body_->role; }
const json::value& Message::json() const { return body_->value; }
const std::string& Message::text() const { return body_->text; }
const std::vector<ToolCall>& Message::tool_calls() const { return body_->calls; }
std::optional<std::string> Message::tool_call_id() const { return find_string(body_->value, "tool_call_id"); }

bool Message::has_plain_text() const {
  const auto* content = find(body_->value, "content");
  return content && content->is_string();
}

const std::string& Message::serialized() const {
  std::call_once(body_->once, [this] { body_->serialized = json::serialize(body_->value); });
  return body_->serialized;
}

}  // namespace antiphon
