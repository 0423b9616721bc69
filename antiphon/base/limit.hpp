#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

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

/// Shared with the slots that listen, which may be emitted when the frame of the run is gone.
struct StopState {
  asio::cancellation_signal signal;
  asio::cancellation_type requested = asio::cancellation_type::none;

  void emit(asio::cancellation_type type) {
    requested = requested | type;
    signal.emit(type);
  }
};

/// Forgets the listener of a slot at the end of a scope.
struct SlotGuard {
  asio::cancellation_slot slot;
  ~SlotGuard() {
    if (slot.is_connected()) slot.clear();
  }
};

template <class T>
Task<> run_into(Outcome<T>* outcome, Task<T> work, std::shared_ptr<StopState> state) {
  co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
  try {
    // What was asked before this coroutine listened reached nobody.
    if (state->requested != asio::cancellation_type::none) throw boost::system::system_error(asio::error::operation_aborted);
    if constexpr (std::is_void_v<T>)
      co_await std::move(work);
    else
      outcome->value.emplace(co_await std::move(work));
  } catch (...) {
    outcome->error = std::current_exception();
  }
  co_await asio::this_coro::throw_if_cancelled(false);  // else co_spawn's own last await would throw into the executor
}

}  // namespace detail

/// A task that can be asked to stop from outside, by `stop`, as well as by the cancellation of whoever awaits it.
class Stoppable {
 public:
  /// Awaits `work`; `stop`, even one before this call, and the awaiting task's own cancellation both cancel it. One task at a time.
  ///
  /// Returns when `work` has ended, so that nothing of it outlives the call. `work` listens to total cancellation.
  template <class T>
  Task<T> run(Task<T> work) {
    auto executor = co_await asio::this_coro::executor;
    auto outer = (co_await asio::this_coro::cancellation_state).slot();
    detail::Outcome<T> outcome;
    // The await below listens to our own signal, so the slot of whoever cancels *us* is free to forward to it.
    const detail::SlotGuard guard{outer};
    if (outer.is_connected()) outer.assign([state = state_](asio::cancellation_type type) { state->emit(type); });
    co_await asio::co_spawn(executor, detail::run_into(&outcome, std::move(work), state_), asio::bind_cancellation_slot(state_->signal.slot(), use_task));
    co_return outcome.take();
  }
  void stop() {
    stopped_ = true;
    state_->emit(asio::cancellation_type::total);
  }
  bool stopped() const { return stopped_; }

 private:
  std::shared_ptr<detail::StopState> state_ = std::make_shared<detail::StopState>();
  bool stopped_ = false;
};

/// Awaits `work` until `deadline`, then cancels it and throws `late`. Returns when `work` has ended.
template <class T>
Task<T> at_most(Clock& clock, Deadline deadline, Task<T> work, Error late) {
  if (deadline.is_never()) co_return co_await std::move(work);
  auto stoppable = std::make_shared<Stoppable>();
  const ScopedAlarm alarm(clock, deadline.at, [stoppable] { stoppable->stop(); });
  try {
    co_return co_await stoppable->run(std::move(work));
  } catch (...) {
    if (stoppable->stopped()) throw late;
    throw;
  }
}

}  // namespace antiphon
