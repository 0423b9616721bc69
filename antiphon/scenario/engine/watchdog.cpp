#include "antiphon/scenario/engine/watchdog.hpp"

#include <algorithm>

#include <boost/asio/error.hpp>

namespace antiphon {

namespace {

// Adding a very long limit to "now" must not wrap round. `Point` is a time_point or a duration since a start.
template <class Point>
Point later(Point now, Duration limit) {
  if (limit > std::chrono::hours(24 * 365)) return Point::max();
  return now + limit;
}

}  // namespace

Watchdog::Watchdog(Clock& clock, asio::any_io_executor executor, Duration run_limit)
    : clock_(clock), timer_(std::move(executor)), run_end_(later(clock.now(), run_limit)), wall_run_end_(later(std::chrono::steady_clock::now(), run_limit)) {}

Watchdog::~Watchdog() {
  if (alarm_) clock_.cancel(*alarm_);
  timer_.cancel();
}

void Watchdog::throw_stopped() { throw boost::system::system_error(asio::error::operation_aborted); }

Deadline Watchdog::deadline_for(Duration limit) const { return {std::min(later(clock_.now(), limit), run_end_)}; }

void Watchdog::begin(Duration limit) {
  if (fired_ == Reason::turn) fired_.reset();
  current_ = std::make_shared<Stoppable>();
  due_ = deadline_for(limit).at;
  if (!alarm_ || alarm_->first > due_) watch();
  if (!clock_.is_virtual()) return;
  wall_due_ = std::min(later(std::chrono::steady_clock::now(), limit), wall_run_end_);
  if (!wall_armed_ || timer_.expiry() > wall_due_) watch_wall();
}

std::optional<Watchdog::Reason> Watchdog::reached(Clock::Time asked, Duration limit) const {
  if (clock_.now() >= run_end_) return Reason::run;
  return clock_.now() - asked >= limit ? std::optional(Reason::turn) : std::nullopt;
}

void Watchdog::begin_pause() {
  if (fired_ == Reason::turn) fired_.reset();
  current_ = std::make_shared<Stoppable>();
  due_ = Clock::Time::max(), wall_due_ = WallTime::max();
}

void Watchdog::end_pause(Clock::Time began, WallTime wall_began) {
  end();
  if (run_end_ != Clock::Time::max()) run_end_ += clock_.now() - began;
  if (wall_run_end_ != WallTime::max()) wall_run_end_ += std::chrono::steady_clock::now() - wall_began;
}

void Watchdog::watch() {
  if (due_ == Clock::Time::max()) return;
  if (alarm_) clock_.cancel(*alarm_);
  alarm_ = clock_.call_at(due_, [this] {
    alarm_.reset();
    if (!current_) return;
    if (clock_.now() < due_) return watch();
    stop(due_ >= run_end_ ? Reason::run : Reason::turn);
  });
}

void Watchdog::watch_wall() {
  if (wall_due_ == WallTime::max()) return;
  wall_armed_ = true;
  timer_.expires_at(wall_due_);
  timer_.async_wait([this, life = std::weak_ptr(life_)](boost::system::error_code error) {
    if (error || life.expired()) return;
    wall_armed_ = false;
    if (!current_) return;
    if (std::chrono::steady_clock::now() < wall_due_) return watch_wall();
    stop(wall_due_ >= wall_run_end_ ? Reason::run : Reason::turn);
  });
}

void Watchdog::stop(Reason reason) {
  fired_ = reason;
  const auto current = current_;
  if (current) current->stop();
}

void Watchdog::interrupt() {
  interrupted_ = true;
  stop(Reason::interrupted);
}

}  // namespace antiphon
