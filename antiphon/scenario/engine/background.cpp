#include "antiphon/scenario/engine/background.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace antiphon {

Background::Background(asio::any_io_executor executor, Clock& clock, std::size_t seat, Task<AgentReply> work) : seat_(seat), asked_(clock.now()) {
  // Detached from the executor's point of view only: `state_` is what joins and stops it, and drive() lets no exception out.
  asio::co_spawn(std::move(executor), drive(state_, clock, std::move(work)), asio::detached);
}

Task<> Background::drive(std::shared_ptr<State> state, Clock& clock, Task<AgentReply> work) {
  try {
    state->reply = co_await state->work.run(std::move(work));
  } catch (...) {
    state->failure = std::current_exception();
  }
  state->answered = clock.now();
  state->done.open();
}

Task<AgentReply> Background::join() {
  std::exception_ptr cancelled;
  try {
    co_await state_->done.wait();
  } catch (...) {
    cancelled = std::current_exception();
  }
  if (cancelled) {
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());  // else the next co_await throws again
    co_await abandon();
    std::rethrow_exception(cancelled);
  }
  if (state_->failure) std::rethrow_exception(state_->failure);
  co_return std::move(*state_->reply);
}

Task<> Background::abandon() {
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  state_->work.stop();
  co_await state_->done.wait();
}

}  // namespace antiphon
