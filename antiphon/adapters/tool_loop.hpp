#pragma once

#include "antiphon/agent/participant.hpp"
#include "antiphon/providers/llm/language_model.hpp"
#include "antiphon/trace/recorder.hpp"

namespace antiphon {

/// Asks an agent that speaks the chat format for one answer.
class ChatAsker {
 public:
  virtual ~ChatAsker() = default;
  virtual Task<ChatResponse> ask(const History& messages, Deadline deadline) = 0;
  /// Where its tool calls are recorded; nullptr: nowhere.
  virtual const trace::Scope* spans() const { return nullptr; }
};

/// One turn of an agent whose tools we play (contracts.md §5): its tool calls are answered from `canned` and it is asked again, until it says
/// something else. An unknown tool is answered with an error and ends the turn.
/// @param turn gets the messages of the turn, in order, each as it comes, so that they are there when a later round fails.
/// @throws Error protocol, party agent, at the eleventh round.
Task<> agent_turn(ChatAsker& agent, History messages, std::shared_ptr<const json::object> canned, Deadline deadline, std::vector<Message>& turn);

}  // namespace antiphon
