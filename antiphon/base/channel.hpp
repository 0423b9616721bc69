#pragma once

#include <deque>
#include <optional>

#include "antiphon/base/limit.hpp"
#include "antiphon/base/pulse.hpp"

namespace antiphon {

/// Values from one coroutine to another of the same executor, in order. Never full: what is put in is bounded by whoever puts it in.
template <class T>
class Channel {
 public:
  void push(T value) {
    values_.push_back(std::move(value));
    pulse_.beat();
  }
  std::optional<T> try_pop() {
    if (values_.empty()) return std::nullopt;
    std::optional<T> value = std::move(values_.front());
    values_.pop_front();
    return value;
  }
  bool empty() const { return values_.empty(); }
  /// The next value. Cancelling the wait loses nothing. @throws Error timeout, with `late`, at the deadline.
  Task<T> pop(Clock& clock, Deadline deadline, Error late) {
    if (values_.empty()) co_await at_most(clock, deadline, wait(), std::move(late));
    auto value = std::move(values_.front());
    values_.pop_front();
    co_return value;
  }

 private:
  Task<> wait() {
    while (values_.empty()) co_await pulse_.wait();
  }

  std::deque<T> values_;
  Pulse pulse_;
};

}  // namespace antiphon
