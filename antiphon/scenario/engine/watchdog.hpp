#pragma once

#include <memory>
#include <optional>

#include <boost/asio/steady_timer.hpp>

#include "antiphon/base/clock.hpp"
#include "antiphon/base/limit.hpp"

namespace antiphon {

/// Stops the call under way when its time is up. One alarm serves all calls of a run: it is set again only when it rings too early or would
/// ring too late, so that most calls cost no timer. In virtual time a second alarm runs on the wall clock (contracts.md §2).
class Watchdog {
 public:
  enum class Reason { turn, run, interrupted };

  /// @param run_limit of the whole run, from now on.
  Watchdog(Clock& clock, asio::any_io_executor executor, Duration run_limit);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  /// Awaits `work` for at most `limit`, or until the run's time is up or somebody interrupts.
  template <class T>
  Task<T> guard(Duration limit, Task<T> work) {
    begin(limit);
    struct End {
      Watchdog& dog;
      std::weak_ptr<Life> life;  // a call that never ends is destroyed with its executor, after us
      ~End() {
        if (!life.expired()) dog.end();
      }
    } end{*this, life_};
    if (fired()) throw_stopped();
    co_return co_await current_->run(std::move(work));
  }
  /// Awaits a person: as long as they need, and the run's own time stands still meanwhile. An interruption stops it.
  template <class T>
  Task<T> unhurried(Task<T> work) {
    begin_pause();
    struct End {
      Watchdog& dog;
      Clock::Time began;
      WallTime wall_began;
      std::weak_ptr<Life> life;
      ~End() {
        if (!life.expired()) dog.end_pause(began, wall_began);
      }
    } end{*this, clock_.now(), std::chrono::steady_clock::now(), life_};
    if (fired()) throw_stopped();
    T answer = co_await current_->run(std::move(work));
    if (fired()) throw_stopped();  // one that is woken by an interruption may still come back with an answer
    co_return answer;
  }
  /// When a call that begins now must be done.
  Deadline deadline_for(Duration limit) const;

  void interrupt();
  /// What limit a call has reached that began at `asked`, whether or not the alarm has rung yet.
  std::optional<Reason> reached(Clock::Time asked, Duration limit) const;
  /// Why work was stopped; nullopt: it was not. `turn` is forgotten when the next call begins.
  std::optional<Reason> fired() const { return fired_; }
  /// Whether anybody interrupted the run, forgiven or not.
  bool was_interrupted() const { return interrupted_; }
  /// Lets calls run again, for at most `limit`, after the run's own time is over.
  void forgive() { fired_.reset(), run_end_ = Clock::Time::max(), wall_run_end_ = WallTime::max(); }

 private:
  using WallTime = std::chrono::steady_clock::time_point;

  [[noreturn]] static void throw_stopped();
  void begin(Duration limit);
  void begin_pause();
  void end_pause(Clock::Time began, WallTime wall_began);
  void end() { current_.reset(); }
  void watch();
  void watch_wall();
  void stop(Reason reason);

  struct Life {};
  Clock& clock_;
  asio::steady_timer timer_;
  std::shared_ptr<Life> life_ = std::make_shared<Life>();  // the timer's handler may outlive us
  std::shared_ptr<Stoppable> current_;
  Clock::Time due_ = Clock::Time::max(), run_end_;
  WallTime wall_due_ = WallTime::max(), wall_run_end_;
  std::optional<Clock::Alarm> alarm_;
  bool wall_armed_ = false;
  std::optional<Reason> fired_;
  bool interrupted_ = false;
};

}  // namespace antiphon
