#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>

#include "antiphon/base/clock.hpp"
#include "antiphon/base/limit.hpp"

namespace antiphon {

/// Threads for callables that block, so that no coroutine ever waits for one.
///
/// Threads are made on demand, 64 at most. A callable that ignores its stop token is abandoned two seconds after it was cancelled; it is
/// never joined, so it cannot keep the process from ending. Thread safe; outlives what it runs by shared ownership.
class BlockingPool {
 public:
  static constexpr std::size_t max_threads = 64;

  /// One per processor, for computations that nobody waits for now: they run where nothing else wants to, and take turns.
  static BlockingPool& in_background();

  BlockingPool();
  ~BlockingPool();
  BlockingPool(const BlockingPool&) = delete;
  BlockingPool& operator=(const BlockingPool&) = delete;

  /// Runs `work` on a thread and awaits its result; virtual time of `clock` stands still meanwhile.
  ///
  /// Cancelled, it asks the callable to stop and waits up to two seconds for that; one that no thread had taken up yet never runs.
  /// @throws whatever `work` throws; Error cancelled when it was abandoned or never ran.
  template <class T>
  Task<T> run(Clock& clock, std::function<T(std::stop_token)> work);

  std::size_t most_threads() const;
  /// Callables that were cancelled and did not end.
  std::size_t abandoned() const;

 private:
  BlockingPool(std::size_t most_threads, bool in_background);

  struct Job {
    std::function<void(std::stop_token)> work;
    std::stop_source stop;
    std::mutex mutex;
    std::function<void()> finished;  ///< called on the thread, unless nobody waits any more

    void finish() {
      const std::lock_guard lock(mutex);
      if (finished) finished();
    }
    void disown() {
      const std::lock_guard lock(mutex);
      finished = nullptr;
    }
  };
  struct Disowner {
    std::shared_ptr<Job> job;
    ~Disowner() {
      job->disown();
      job->stop.request_stop();
    }
  };
  struct State;
  struct Waiting;

  void submit(std::shared_ptr<Job> job);
  Task<> await(Clock& clock, std::shared_ptr<Job> job);

  std::shared_ptr<State> state_;
};

template <class T>
Task<T> BlockingPool::run(Clock& clock, std::function<T(std::stop_token)> work) {
  // Shared with the thread: an abandoned callable may write its result long after this frame is gone.
  auto outcome = std::make_shared<detail::Outcome<T>>();
  auto job = std::make_shared<Job>();
  job->work = [outcome, work = std::move(work)](std::stop_token stop) {
    try {
      if constexpr (std::is_void_v<T>)
        work(stop);
      else
        outcome->value.emplace(work(stop));
    } catch (...) {
      outcome->error = std::current_exception();
    }
  };
  co_await await(clock, job);
  co_return outcome->take();
}

}  // namespace antiphon
