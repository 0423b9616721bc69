#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include "antiphon/base/clock.hpp"
#include "antiphon/base/error.hpp"

namespace antiphon {

namespace detail {

template <class T>
struct Outcome {
  std::optional<T> value;
  std::exception_ptr error;
  T take() {
    if (error) std::rethrow_exception(error);
    return std::move(*value);
  }
};
template <>
struct Outcome<void> {
  std::exception_ptr error;
  void take() const {
    if (error) std::rethrow_exception(error);
  }
};

template <class T>
Task<> run_into(Outcome<T>* outcome, Task<T> work) {
  co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
  try {
    if constexpr (std::is_void_v<T>)
      co_await std::move(work);
    else
      outcome->value.emplace(co_await std::move(work));
  } catch (...) {
    outcome->error = std::current_exception();
  }
}

}  // namespace detail

/// A task that can be asked to stop from outside, by `stop`, as well as by the cancellation of whoever awaits it.
class Stoppable {
 public:
  /// Awaits `work`; `stop` and the awaiting task's own cancellation both cancel it. One task at a time.
  template <class T>
  Task<T> run(Task<T> work) {
    co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation(), asio::disable_cancellation());
    co_await asio::this_coro::throw_if_cancelled(false);
    auto executor = co_await asio::this_coro::executor;
    auto state = co_await asio::this_coro::cancellation_state;
    detail::Outcome<T> outcome;
    // The await below listens to our own signal, so the slot of whoever cancels *us* is free to forward to it.
    auto outer = state.slot();
    if (outer.is_connected()) outer.assign([signal = signal_](asio::cancellation_type type) { signal->emit(type); });
    co_await asio::co_spawn(executor, detail::run_into(&outcome, std::move(work)), asio::bind_cancellation_slot(signal_->slot(), use_task));
    if (outer.is_connected()) outer.clear();
    co_return outcome.take();
  }
  void stop() {
    stopped_ = true;
    signal_->emit(asio::cancellation_type::total);
  }
  bool stopped() const { return stopped_; }

 private:
  std::shared_ptr<asio::cancellation_signal> signal_ = std::make_shared<asio::cancellation_signal>();
  bool stopped_ = false;
};

/// Awaits `work` until `deadline`, then cancels it and throws `late`.
template <class T>
Task<T> at_most(Clock& clock, Deadline deadline, Task<T> work, Error late) {
  if (deadline.is_never()) co_return co_await std::move(work);
  auto stoppable = std::make_shared<Stoppable>();
  const auto alarm = clock.call_at(deadline.at, [stoppable] { stoppable->stop(); });
  struct Disarm {
    Clock& clock;
    Clock::Alarm alarm;
    ~Disarm() { clock.cancel(alarm); }
  } disarm{clock, alarm};
  try {
    co_return co_await stoppable->run(std::move(work));
  } catch (...) {
    if (stoppable->stopped()) throw late;
    throw;
  }
}

}  // namespace antiphon
