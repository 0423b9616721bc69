#include "antiphon/scenario/engine/conversation.hpp"

#include <algorithm>
#include <utility>

namespace antiphon {

void Conversation::add(Message message, MessageTiming timing, std::optional<std::size_t> author) {
  for (std::size_t seat = 0; seat < unseen_.size(); ++seat)
    if (seat != author) unseen_[seat].push_back(message);
  messages_.append(std::move(message));
  timings_.push_back(timing);
}

std::vector<Message> Conversation::take_unseen(std::size_t seat) { return std::exchange(unseen_[seat], {}); }

std::vector<Message> Conversation::rollback(std::size_t size) {
  std::vector<Message> gone;
  for (std::size_t i = size; i < messages_.size(); ++i) gone.push_back(messages_[i]);
  if (gone.empty()) return gone;
  const auto is_gone = [&gone](const Message& message) {
    return std::any_of(gone.begin(), gone.end(), [&](const Message& other) { return other.same_as(message); });
  };
  for (auto& queue : unseen_) std::erase_if(queue, is_gone);
  messages_.truncate(size);
  timings_.resize(size);
  removed_.insert(removed_.end(), gone.begin(), gone.end());
  return gone;
}

}  // namespace antiphon
