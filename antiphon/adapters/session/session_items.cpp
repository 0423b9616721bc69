#include "antiphon/adapters/session/session_items.hpp"

#include <map>
#include <string>

namespace antiphon {

namespace {

struct Reader {
  std::vector<Message> messages;
  std::vector<ToolCall> calls;

  void flush() {
    if (!calls.empty()) messages.push_back(Message::assistant_calls("", std::exchange(calls, {})));
  }
  void operator()(const session::ChatMessage& message) {
    flush();
    if (message.role == MessageRole::assistant && !message.text.empty()) messages.push_back(Message::assistant(message.text));
  }
  void operator()(const session::FunctionCall& call) { calls.push_back({.id = call.call_id, .name = call.name, .arguments = call.arguments}); }
  void operator()(const session::FunctionCallOutput& output) {
    flush();
    messages.push_back(Message::tool_result(output.call_id, output.name, output.output));
  }
  void operator()(const session::AgentHandoff&) { flush(); }
  void operator()(const session::AgentConfigUpdate&) {}
};

}  // namespace

std::vector<Message> messages_of(const session::SessionItems& items) {
  Reader reader;
  for (const auto& item : items) std::visit(reader, item);
  reader.flush();
  return std::move(reader.messages);
}

session::SessionItems items_of(const History& messages) {
  session::SessionItems items;
  std::map<std::string, std::string> called;  // tool by call id
  for (const auto& message : messages) {
    const bool spoken = message.role() == MessageRole::user || message.role() == MessageRole::assistant;
    if (spoken && !message.text().empty()) items.emplace_back(session::ChatMessage{.role = message.role(), .text = message.text()});
    for (const auto& call : message.tool_calls()) {
      called[call.id] = call.name;
      items.emplace_back(session::FunctionCall{.call_id = call.id, .name = call.name, .arguments = call.arguments});
    }
    if (const auto id = message.tool_call_id()) {
      const auto tool = called.find(*id);
      items.emplace_back(session::FunctionCallOutput{.call_id = *id, .name = tool == called.end() ? "" : tool->second, .output = message.text()});
    }
  }
  return items;
}

}  // namespace antiphon
