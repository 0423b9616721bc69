#include "antiphon/scenario/users/role_reversal.hpp"

namespace antiphon {

const History& RoleReversal::view(const History& messages) {
  // Models that play a user drift into the assistant's part unless the other side opens.
  if (reversed_.empty() && (messages.empty() || messages[0].role() != MessageRole::assistant)) reversed_.append(Message::user("Hello, what can I do for you?"));
  for (; seen_ < messages.size(); ++seen_) take(messages[seen_]);
  return reversed_;
}

void RoleReversal::forget() {
  reversed_ = {};
  seen_ = 0;
}

void RoleReversal::take(const Message& message) {
  if (message.text().empty()) return;
  if (message.role() == MessageRole::user) reversed_.append(Message::assistant(message.text()));
  if (message.role() == MessageRole::assistant) reversed_.append(Message::user(message.text()));
}

}  // namespace antiphon
