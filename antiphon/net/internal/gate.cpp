#include "antiphon/net/internal/gate.hpp"

#include <utility>

#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

namespace antiphon::net {

namespace {

bool is_cancelled(const asio::cancellation_state& state) { return state.cancelled() != asio::cancellation_type::none; }
[[noreturn]] void abort_operation() { throw boost::system::system_error(asio::error::operation_aborted); }

}  // namespace

Task<> Gate::pass() {
  boost::system::error_code woken;
  ++waiting_;
  co_await timer_.async_wait(asio::redirect_error(use_task, woken));
  --waiting_;
  // A wake-up may be a cancellation, which looks the same from here.
  if (is_cancelled(co_await asio::this_coro::cancellation_state)) abort_operation();
}

struct Turns::State {
  struct Waiting {
    asio::steady_timer timer;  ///< never rings
    bool granted = false;
  };
  asio::any_io_executor executor;
  std::list<Waiting> line;
  bool busy = false;
};

Turns::Turns(asio::any_io_executor executor) : state_(std::make_shared<State>(State{std::move(executor), {}, false})) {}

// Whoever is first in line stands in it until it wakes, and is then already marked as the next.
Turns::Turn Turns::grant(std::shared_ptr<State> state) {
  auto* const key = state.get();
  return Turn(key, [state = std::move(state)](void*) {
    for (auto& waiting : state->line) {
      if (waiting.granted) continue;
      waiting.granted = true;
      waiting.timer.cancel();
      return;
    }
    state->busy = false;
  });
}

bool Turns::is_free() const { return !state_->busy; }

Task<Turns::Turn> Turns::take() {
  const auto state = state_;
  if (!std::exchange(state->busy, true)) co_return grant(state);
  state->line.push_back({asio::steady_timer(state->executor, asio::steady_timer::time_point::max())});
  const auto place = std::prev(state->line.end());
  boost::system::error_code woken;
  co_await place->timer.async_wait(asio::redirect_error(use_task, woken));
  const bool granted = place->granted;
  state->line.erase(place);
  if (granted) co_return grant(state);
  abort_operation();
}

}  // namespace antiphon::net
