#include "antiphon/adapters/tool_loop.hpp"

#include <fmt/format.h>

#include "antiphon/base/error.hpp"

namespace antiphon {

namespace {

constexpr int round_limit = 10;

std::string canned_answer(const json::object& tool) {
  const auto* returns = tool.if_contains("returns");
  if (!returns) return "null";
  return returns->is_string() ? std::string(returns->get_string()) : json::serialize(*returns);
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
    for (auto& earlier : response.earlier) add(std::move(earlier));
    const auto calls = response.message.tool_calls();
    add(std::move(response.message));
    if (round == round_limit && !calls.empty()) break;
    bool all_known = true;
    for (const auto& call : calls) {
      const auto* tool = canned->if_contains(call.name);
      all_known = all_known && tool;
      add(Message::tool_result(call.id, call.name, tool && tool->is_object() ? canned_answer(tool->get_object()) : R"({"error": "not simulated"})"));
    }
    if (calls.empty() || !all_known) co_return;
  }
  throw Error(ErrorKind::protocol, fmt::format("the agent called tools in {} rounds of one turn and never came to an answer", round_limit + 1))
      .with_party(Party::agent);
}

}  // namespace antiphon
