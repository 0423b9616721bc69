#pragma once

#include <optional>
#include <vector>

#include "antiphon/chat/history.hpp"
#include "antiphon/result/result.hpp"

namespace antiphon {

/// The history of a run, when each message was made, and what is new to whom (SCN-21). Pure bookkeeping.
class Conversation {
 public:
  explicit Conversation(std::size_t seats) : unseen_(seats) {}

  const History& messages() const { return messages_; }
  const std::vector<MessageTiming>& timings() const { return timings_; }
  const std::vector<Message>& removed() const { return removed_; }

  /// Adds a message; it becomes new for every seat but its author's.
  void add(Message message, MessageTiming timing, std::optional<std::size_t> author);
  /// What is new to a seat; it is so once.
  std::vector<Message> take_unseen(std::size_t seat);
  /// Keeps the first `size` messages; the removed ones leave every queue and come back in order (SCN-20).
  std::vector<Message> rollback(std::size_t size);

 private:
  History messages_;
  std::vector<MessageTiming> timings_;
  std::vector<Message> removed_;
  std::vector<std::vector<Message>> unseen_;
};

}  // namespace antiphon
