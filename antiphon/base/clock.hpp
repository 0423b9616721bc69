#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include <boost/asio/any_io_executor.hpp>

#include "antiphon/base/task.hpp"

namespace boost::asio {
class io_context;
}

namespace antiphon {

using Duration = std::chrono::nanoseconds;

/// What everything waits on. Time counts from the clock's own start.
///
/// A clock belongs to one executor that one thread runs; nothing here may be called from another thread, except where noted.
class Clock {
 public:
  using Time = Duration;
  using Alarm = std::pair<Time, std::uint64_t>;

  virtual ~Clock() = default;
  virtual Time now() const = 0;
  /// True where time jumps to the next sleeper instead of passing.
  virtual bool is_virtual() const = 0;

  /// Calls `action` at `at` (at once, but never inside this call, when that is past). Alarms at one time ring in the order they were set.
  virtual Alarm call_at(Time at, std::function<void()> action) = 0;
  /// Forgets an alarm; one that rang already is ignored.
  virtual void cancel(Alarm alarm) = 0;

  /// While one is held, virtual time stands still: some work outside the executor is under way.
  virtual void hold() {}
  virtual void release() {}

  /// Sleeps to an absolute time, so that loops do not drift. @throws boost::system::system_error operation_aborted when cancelled.
  Task<> sleep_until(Time at);
  Task<> sleep_for(Duration duration) { return sleep_until(now() + duration); }

  /// Expires with the clock, for those that may be destroyed after it (coroutines that a dying executor still held).
  std::weak_ptr<const void> lifetime() const { return lifetime_; }

 private:
  std::shared_ptr<const void> lifetime_ = std::make_shared<char>();
};

/// An alarm that is forgotten at the end of its scope.
class ScopedAlarm {
 public:
  ScopedAlarm(Clock& clock, Clock::Time at, std::function<void()> action)
      : clock_(clock), lifetime_(clock.lifetime()), alarm_(clock.call_at(at, std::move(action))) {}
  ~ScopedAlarm() {
    if (!lifetime_.expired()) clock_.cancel(alarm_);
  }
  ScopedAlarm(const ScopedAlarm&) = delete;
  ScopedAlarm& operator=(const ScopedAlarm&) = delete;

 private:
  Clock& clock_;
  std::weak_ptr<const void> lifetime_;
  Clock::Alarm alarm_;
};

/// Holds virtual time still for its own lifetime.
class ClockHold {
 public:
  explicit ClockHold(Clock& clock) : clock_(clock), lifetime_(clock.lifetime()) { clock_.hold(); }
  ~ClockHold() {
    if (!lifetime_.expired()) clock_.release();
  }
  ClockHold(const ClockHold&) = delete;
  ClockHold& operator=(const ClockHold&) = delete;

 private:
  Clock& clock_;
  std::weak_ptr<const void> lifetime_;
};

/// The real, monotonic clock: one timer for all sleepers of an executor.
class WallClock final : public Clock {
 public:
  explicit WallClock(asio::any_io_executor executor);
  explicit WallClock(asio::io_context& context);
  ~WallClock() override;
  Time now() const override;
  bool is_virtual() const override { return false; }
  Alarm call_at(Time at, std::function<void()> action) override;
  void cancel(Alarm alarm) override;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// Time that moves to the next sleeper when nothing else can run and nothing is held. `run` drives it.
class VirtualClock final : public Clock {
 public:
  explicit VirtualClock(asio::io_context& context) : context_(context) {}
  ~VirtualClock() override;
  Time now() const override { return now_; }
  bool is_virtual() const override { return true; }
  Alarm call_at(Time at, std::function<void()> action) override;
  void cancel(Alarm alarm) override;
  void hold() override { ++held_; }
  void release() override { --held_; }

  /// Runs the context until `done` answers true, or nothing is left to do.
  ///
  /// `watchdog` is called when that takes longer than `limit` of real time; it should cancel the work, and is called once.
  void run(const std::function<bool()>& done, Duration limit, const std::function<void()>& watchdog);

 private:
  void ring_next();

  asio::io_context& context_;
  Time now_{0};
  std::uint64_t next_ = 0;
  int held_ = 0;
  std::map<Alarm, std::function<void()>> alarms_;
};

/// A point in time by which something must be done.
struct Deadline {
  Clock::Time at = Clock::Time::max();

  static Deadline after(const Clock& clock, Duration limit) { return {clock.now() + limit}; }
  static Deadline never() { return {}; }
  bool is_never() const { return at == Clock::Time::max(); }
  Duration left(const Clock& clock) const { return at - clock.now(); }
  Deadline sooner(Deadline other) const { return {std::min(at, other.at)}; }
};

}  // namespace antiphon
