#include "antiphon/session/internal/outbox.hpp"

#include <utility>

namespace antiphon::session {

void Outbox::push(std::string message) {
  if (ended_) return;
  overflown_ = overflown_ || waiting_bytes_ > most_piled;
  if (overflown_) return;
  waiting_bytes_ += message.size();
  messages_.push_back(std::move(message));
  changed_.beat();
}

Task<> Outbox::room() {
  while (!ended_ && is_full()) co_await changed_.wait();
  if (ended_) throw Error(ErrorKind::closed, "nobody is there any more to be told");
}

Task<> Outbox::drained() {
  while (!ended_ && (sending_ || !messages_.empty())) co_await changed_.wait();
}

Task<> Outbox::run(SessionTransport& transport, std::function<void(const Error&)> failed) {
  std::optional<Error> failure;
  try {
    for (;;) {
      while (messages_.empty()) co_await changed_.wait();
      auto message = std::move(messages_.front());
      messages_.pop_front();
      const auto size = message.size();
      sending_ = true;
      co_await transport.send(std::move(message), Deadline::after(clock_, stall_));
      sending_ = false;
      waiting_bytes_ -= size;
      if (overflown_) throw Error(ErrorKind::too_large, "the far side of the session takes less than there is to tell it");
      changed_.beat();
    }
  } catch (const Error& error) {
    failure = error;
  } catch (...) {
    ended_ = true;
    changed_.beat();
    throw;
  }
  ended_ = true;
  changed_.beat();
  failed(*failure);
}

}  // namespace antiphon::session
