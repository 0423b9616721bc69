#include "antiphon/agent/state.hpp"

#include "antiphon/base/error.hpp"

namespace antiphon {

namespace {

template <class Predicate>
std::optional<Message> newest(const History& messages, Predicate wanted) {
  for (std::size_t i = messages.size(); i > 0; --i)
    if (wanted(messages[i - 1])) return messages[i - 1];
  return std::nullopt;
}

}  // namespace

void RunState::set_effects(const std::vector<VoiceEffect>&) {
  throw Error(ErrorKind::configuration, "effects are put on our user's voice, and this agent is written to").with_party(Party::harness);
}

std::optional<Message> RunState::last_message() const {
  return newest(messages(), [](const Message&) { return true; });
}

std::optional<Message> RunState::last_user_message() const {
  return newest(messages(), [](const Message& message) { return message.role() == MessageRole::user; });
}

std::optional<Message> RunState::last_agent_message() const {
  return newest(messages(), [](const Message& message) { return message.role() == MessageRole::assistant; });
}

std::optional<ToolCall> RunState::last_tool_call(std::string_view name) const {
  const auto& all = messages();
  for (std::size_t i = all.size(); i > 0; --i) {
    const auto& calls = all[i - 1].tool_calls();
    for (auto call = calls.rbegin(); call != calls.rend(); ++call)
      if (call->name == name) return *call;
  }
  return std::nullopt;
}

}  // namespace antiphon
