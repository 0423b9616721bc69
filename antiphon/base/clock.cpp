#include "antiphon/base/clock.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

namespace antiphon {

namespace {

// The handler of one sleeper: completed once, by its alarm or by a cancellation, whichever is first.
template <class Handler>
struct Sleeper {
  Handler handler;
  asio::any_io_executor executor;

  static void complete(std::shared_ptr<Sleeper> self, boost::system::error_code error) {
    auto slot = asio::get_associated_cancellation_slot(self->handler);
    if (slot.is_connected()) slot.clear();
    auto executor = self->executor;
    asio::post(executor, [self = std::move(self), error]() mutable {
      auto handler = std::move(self->handler);
      self.reset();
      std::move(handler)(error);
    });
  }
};

}  // namespace

Task<> Clock::sleep_until(Time at) {
  return asio::async_initiate<const asio::use_awaitable_t<>, void(boost::system::error_code)>(
      [this, at](auto handler) {
        using Handler = decltype(handler);
        auto executor = asio::any_io_executor(asio::get_associated_executor(handler));
        auto sleeper = std::make_shared<Sleeper<Handler>>(Sleeper<Handler>{std::move(handler), std::move(executor)});
        auto slot = asio::get_associated_cancellation_slot(sleeper->handler);
        const auto alarm = call_at(at, [sleeper] { Sleeper<Handler>::complete(sleeper, {}); });
        if (slot.is_connected())
          slot.assign([this, alarm, sleeper](asio::cancellation_type) {
            cancel(alarm);
            auto last = sleeper;  // complete() clears the slot, and with it this closure
            Sleeper<Handler>::complete(std::move(last), asio::error::operation_aborted);
          });
      },
      use_task);
}

struct WallClock::State : std::enable_shared_from_this<State> {
  explicit State(asio::any_io_executor executor) : timer(std::move(executor)), start(std::chrono::steady_clock::now()) {}

  Time now() const { return std::chrono::steady_clock::now() - start; }

  void arm() {
    if (alarms.empty() || (armed != Time::min() && armed <= alarms.begin()->first.first)) return;  // ringing early is harmless, setting a timer is not free
    armed = alarms.begin()->first.first;
    timer.expires_at(start + std::chrono::duration_cast<std::chrono::steady_clock::duration>(armed));
    timer.async_wait([self = shared_from_this(), when = armed](boost::system::error_code error) {
      if (error || self->closed || when != self->armed) return;
      self->armed = Time::min();
      self->ring();
    });
  }

  void ring() {
    const auto due = now();
    while (!alarms.empty() && alarms.begin()->first.first <= due) {
      auto action = std::move(alarms.begin()->second);
      alarms.erase(alarms.begin());
      action();
    }
    arm();
  }

  asio::steady_timer timer;
  std::chrono::steady_clock::time_point start;
  std::map<Alarm, std::function<void()>> alarms;
  Time armed = Time::min();
  std::uint64_t next = 0;
  bool closed = false;
};

WallClock::WallClock(asio::any_io_executor executor) : state_(std::make_shared<State>(std::move(executor))) {}
WallClock::WallClock(asio::io_context& context) : WallClock(context.get_executor()) {}

WallClock::~WallClock() {
  state_->closed = true;
  state_->alarms.clear();
  state_->timer.cancel();
}

Clock::Time WallClock::now() const { return state_->now(); }

Clock::Alarm WallClock::call_at(Time at, std::function<void()> action) {
  // Past the representable end of the steady clock "never" would wrap round to the past.
  constexpr Time forever = std::chrono::hours(24 * 365 * 10);
  const Alarm alarm{std::min(at, forever), state_->next++};
  state_->alarms.emplace(alarm, std::move(action));
  state_->arm();
  return alarm;
}

void WallClock::cancel(Alarm alarm) { state_->alarms.erase(alarm); }

Clock::Alarm VirtualClock::call_at(Time at, std::function<void()> action) {
  const Alarm alarm{at, next_++};
  alarms_.emplace(alarm, std::move(action));
  return alarm;
}

void VirtualClock::run(const std::function<bool()>& done, Duration limit, const std::function<void()>& watchdog) {
  const auto guard = asio::make_work_guard(context_);  // an idle context would stop itself
  const auto wall_end = std::chrono::steady_clock::now() + std::min<Duration>(limit, std::chrono::hours(24 * 365));
  bool barked = false;
  while (!done()) {
    if (!barked && std::chrono::steady_clock::now() >= wall_end) {
      barked = true;
      watchdog();
    }
    if (context_.poll() > 0) continue;
    if (held_ > 0) {
      barked ? context_.run_one() : context_.run_one_until(wall_end);
      continue;
    }
    if (alarms_.empty()) return;
    now_ = std::max(now_, alarms_.begin()->first.first);
    auto action = std::move(alarms_.begin()->second);
    alarms_.erase(alarms_.begin());
    action();
  }
}

}  // namespace antiphon
