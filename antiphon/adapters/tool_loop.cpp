#include "antiphon/adapters/tool_loop.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/trace/attributes.hpp"

namespace antiphon {

namespace attr = trace::attr;

namespace {

constexpr int round_limit = 10;

std::string canned_answer(const json::object& tool) {
  const auto* returns = tool.if_contains("returns");
  if (!returns) return "null";
  return returns->is_string() ? std::string(returns->get_string()) : json::serialize(*returns);
}

// Canned answers take no time, and when an agent ran its own tools is not known here: the spans say that and what, not when.
void record_tool(const trace::Scope* spans, const ToolCall& call, std::string_view answer, std::string_view by) {
  if (!spans) return;
  auto span = spans->begin("execute_tool " + call.name);
  span.set(attr::operation, std::string_view("execute_tool")).set(attr::tool_name, call.name).set(attr::tool_type, std::string_view("function"));
  span.set(attr::tool_call_id, call.id).set(attr::tool_by, by).set(attr::tool_arguments, call.arguments).set(attr::tool_result, answer);
}

void record_tools_of_the_agent(const trace::Scope* spans, const std::vector<Message>& earlier) {
  if (!spans) return;
  for (const auto& message : earlier)
    for (const auto& call : message.tool_calls()) {
      const auto result = std::find_if(earlier.begin(), earlier.end(), [&](const Message& other) { return other.tool_call_id() == call.id; });
      record_tool(spans, call, result == earlier.end() ? std::string() : result->text(), "agent");
    }
}

}  // namespace

Task<> agent_turn(ChatAsker& agent, History messages, std::shared_ptr<const json::object> canned, Deadline deadline, std::vector<Message>& turn) {
  turn.clear();
  const auto add = [&](Message message) {
    messages.append(message);
    turn.push_back(std::move(message));
  };
  for (int round = 0; round <= round_limit; ++round) {
    auto response = co_await agent.ask(messages, deadline);
    record_tools_of_the_agent(agent.spans(), response.earlier);
    for (auto& earlier : response.earlier) add(std::move(earlier));
    const auto calls = response.message.tool_calls();
    add(std::move(response.message));
    if (round == round_limit && !calls.empty()) break;
    bool all_known = true;
    for (const auto& call : calls) {
      const auto* tool = canned->if_contains(call.name);
      all_known = all_known && tool;
      const auto answer = tool && tool->is_object() ? canned_answer(tool->get_object()) : std::string(R"({"error": "not simulated"})");
      record_tool(agent.spans(), call, answer, tool ? "antiphon" : "nobody");
      add(Message::tool_result(call.id, call.name, answer));
    }
    if (calls.empty() || !all_known) co_return;
  }
  throw Error(ErrorKind::protocol, fmt::format("the agent called tools in {} rounds of one turn and never came to an answer", round_limit + 1))
      .with_party(Party::agent);
}

}  // namespace antiphon
