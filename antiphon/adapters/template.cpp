#include "antiphon/adapters/template.hpp"

#include "antiphon/base/document.hpp"

namespace antiphon {

namespace {

constexpr std::string_view messages_name = "input.messages";

json::array message_list(const AgentInput& input) {
  json::array list;
  for (const auto& message : input.messages) list.push_back(message.json());
  return list;
}

std::string newest_user_text(const AgentInput& input) {
  for (auto it = input.new_messages.rbegin(); it != input.new_messages.rend(); ++it)
    if (it->role() == MessageRole::user) return it->text();
  return {};
}

json::value fill_text(std::string_view text, const AgentInput& input) {
  if (text == "${input.messages}") return message_list(input);
  std::vector<std::string> unset;
  const auto lookup = [&](std::string_view name) -> std::optional<std::string> {
    if (name == "input.text") return newest_user_text(input);
    if (name == "thread_id") return input.thread_id;
    if (name == messages_name) return json::serialize(message_list(input));
    return std::nullopt;
  };
  return json::value(json::string(expand_text(text, lookup, unset)));
}

}  // namespace

json::value fill_template(const json::value& body, const AgentInput& input) {
  if (body.is_string()) return fill_text(body.get_string(), input);
  if (body.is_array()) {
    json::array filled;
    for (const auto& item : body.get_array()) filled.push_back(fill_template(item, input));
    return filled;
  }
  if (!body.is_object()) return body;
  json::object filled;
  for (const auto& [key, value] : body.get_object()) filled[key] = fill_template(value, input);
  return filled;
}

}  // namespace antiphon
