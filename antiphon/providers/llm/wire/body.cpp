#include "antiphon/providers/llm/wire/body.hpp"

#include <fmt/format.h>

namespace antiphon::wire {

void add_extra(json::object& body, const json::object& extra, const Refusals& refused) {
  for (const auto& [name, value] : extra) {
    if (refused.has(name)) continue;
    auto* ours = body.if_contains(name);
    if (!ours || !ours->is_object() || !value.is_object()) {
      body.insert_or_assign(name, value);
      continue;
    }
    for (const auto& [key, inner] : value.get_object())
      if (!refused.has(key)) ours->get_object().insert_or_assign(key, inner);
  }
}

std::string asked_in_words(const ChatRequest& request) {
  const auto mode = request.tool_choice.mode;
  const bool forced = mode == ToolChoice::Mode::required || mode == ToolChoice::Mode::named;
  if (request.tools.empty() || !forced) return {};
  const auto which = mode == ToolChoice::Mode::named ? "the tool " + request.tool_choice.name : std::string("one of your tools");
  return fmt::format("Answer by calling {}, and write nothing else.", which);
}

ChatRequest with_words(const ChatRequest& request) {
  auto asked = request;
  if (const auto words = asked_in_words(request); !words.empty()) asked.messages.append(Message::user(words));
  return asked;
}

}  // namespace antiphon::wire
