#pragma once

#include <memory>
#include <string>
#include <vector>

#include "antiphon/agent/participant.hpp"
#include "antiphon/agent/voice_agent.hpp"

namespace antiphon::composed {

/// What was said between our user and an agent by text that plays the agent of a call.
class Conversation {
 public:
  Conversation(std::unique_ptr<Participant> brain, std::string thread_id, int max_turns)
      : brain_(std::move(brain)), thread_id_(std::move(thread_id)), max_turns_(max_turns) {}

  void greeted(const std::string& words) { add(Message(MessageRole::assistant, words)); }
  /// Asks the agent for its answer to these words. Its messages, tool traffic among them. Cancelled, the words stay and the answer is lost.
  Task<std::vector<Message>> answer(std::string words, Deadline deadline);
  Task<> close() { co_await brain_->close(); }

 private:
  void add(Message message);

  std::unique_ptr<Participant> brain_;
  std::string thread_id_;
  int max_turns_, turn_ = 0;
  History history_;
  std::vector<Message> unseen_;
};

}  // namespace antiphon::composed
