#pragma once

#include <memory>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "antiphon/base/latch.hpp"
#include "antiphon/base/limit.hpp"

namespace antiphon {

namespace detail {

inline Task<> run_beside(std::shared_ptr<Stoppable> stop, Task<> work, std::shared_ptr<Latch> done, std::shared_ptr<std::exception_ptr> failure) {
  try {
    co_await stop->run(std::move(work));
  } catch (...) {
    if (!stop->stopped()) *failure = std::current_exception();
  }
  done->open();
}

}  // namespace detail

/// Awaits `work` while `other` goes on beside it, and cancels that one when `work` has ended. Returns when both have; what `other` failed with before is thrown
/// then, unless `work` failed itself.
template <class T>
Task<T> beside(Task<> other, Task<T> work) {
  const auto stop = std::make_shared<Stoppable>();
  const auto done = std::make_shared<Latch>();
  const auto failure = std::make_shared<std::exception_ptr>();
  // Detached from the executor's point of view only: this waits for its end.
  asio::co_spawn(co_await asio::this_coro::executor, detail::run_beside(stop, std::move(other), done, failure), asio::detached);
  detail::Outcome<T> outcome;
  try {
    if constexpr (std::is_void_v<T>)
      co_await std::move(work);
    else
      outcome.value.emplace(co_await std::move(work));
  } catch (...) {
    outcome.error = std::current_exception();
  }
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  stop->stop();
  co_await done->wait();
  co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
  if (!outcome.error && *failure) std::rethrow_exception(*failure);
  co_return outcome.take();
}

}  // namespace antiphon
