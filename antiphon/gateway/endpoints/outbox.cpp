#include "antiphon/gateway/endpoints/outbox.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "antiphon/base/error.hpp"
#include "antiphon/base/limit.hpp"

namespace antiphon::gateway {

namespace {

// So much more audio than time has passed is no caller: a microphone hands over a second a second.
constexpr Duration flood = std::chrono::seconds(10);

// And so many messages a second are none: the shortest frames that anybody sends are of 2.5 ms.
constexpr Duration shortest_pace = std::chrono::microseconds(2500);

}  // namespace

void throw_received(const Error& error) {
  if (error.kind() == ErrorKind::protocol || error.kind() == ErrorKind::too_large) throw CallerFault(error.kind(), error.message());
  throw error;
}

Task<> Outbox::pump() {
  for (;;) {
    while (items_.empty()) co_await changed_.wait();
    std::exception_ptr failure;
    try {
      co_await socket_.send(items_.front().message, Deadline::never());
    } catch (...) {
      failure = std::current_exception();
      broken_ = true;
    }
    if (!items_.empty()) {
      if (items_.front().is_audio) --frames_;
      items_.pop_front();
    }
    changed_.beat();
    if (failure) std::rethrow_exception(failure);
  }
}

void Outbox::add(net::WsMessage message, bool is_audio) {
  if (broken_) throw Error(ErrorKind::closed, "the caller is gone");
  if (items_.empty() && socket_.send_now(message)) return;
  if (is_audio) ++frames_;
  items_.push_back({std::move(message), is_audio});
  changed_.beat();
}

void Outbox::put(net::WsMessage message) { add(std::move(message), false); }

void Outbox::put_frame(net::WsMessage message) {
  if (!broken_ && !takes_frames()) throw CallerFault(ErrorKind::protocol, "slow reader: more than 5 s of audio wait");
  add(std::move(message), true);
}

void Outbox::put_frames(std::vector<net::WsMessage> messages) {
  if (!broken_ && items_.empty() && socket_.send_all_now(messages)) return;
  for (auto& message : messages) put_frame(std::move(message));
}

void Outbox::drop_audio() {
  for (std::size_t i = items_.size(); i > 1; --i) {
    if (!items_[i - 1].is_audio) continue;
    items_.erase(items_.begin() + static_cast<std::ptrdiff_t>(i - 1));
    --frames_;
  }
}

Task<> Outbox::sent(Clock& clock, Deadline deadline) {
  return at_most(clock, deadline, wait_until_sent(), Error(ErrorKind::timeout, "the caller takes nothing"));
}

Task<> Outbox::wait_until_sent() {
  while (!items_.empty() && !broken_) co_await changed_.wait();
}

std::optional<Offence> FloodGuard::count_message() { return count(shortest_pace); }

std::optional<Offence> FloodGuard::count_text(std::size_t bytes) { return count(shortest_pace * static_cast<int>(bytes / 16)); }

std::optional<Offence> FloodGuard::count(Duration of_their_time) {
  messages_until_ = std::max(messages_until_, clock_.now()) + of_their_time;
  if (messages_until_ - clock_.now() <= flood) return std::nullopt;
  return Offence{1008, "flood: too many messages"};
}

std::optional<Offence> FloodGuard::count_audio(Duration length) {
  heard_ += length;
  if (heard_ - (clock_.now() - began_) <= flood) return std::nullopt;
  return Offence{1008, "flood: more audio than time has passed"};
}

}  // namespace antiphon::gateway
