#include "antiphon/adapters/composed/conversation.hpp"

namespace antiphon::composed {

void Conversation::add(Message message) { history_.append(std::move(message)); }

Task<std::vector<Message>> Conversation::answer(std::string words, Deadline deadline) {
  Message said(MessageRole::user, std::move(words));
  unseen_.push_back(said);
  add(std::move(said));
  ++turn_;
  AgentInput input{
      .thread_id = thread_id_, .messages = history_, .new_messages = unseen_, .turn = turn_, .last_turn = turn_ >= max_turns_, .deadline = deadline};
  auto reply = co_await brain_->call(std::move(input));
  auto messages = std::move(reply).messages(MessageRole::assistant);
  unseen_.clear();
  for (const auto& message : messages) add(message);
  co_return messages;
}

}  // namespace antiphon::composed
