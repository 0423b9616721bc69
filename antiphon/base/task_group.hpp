#pragma once

#include <cstddef>
#include <exception>
#include <memory>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "antiphon/base/limit.hpp"
#include "antiphon/base/pulse.hpp"
#include "antiphon/base/task.hpp"

namespace antiphon {

/// Tasks that go on side by side and end together: where one fails, the others are asked to stop. Belongs to one executor.
///
/// `join` must have returned before the group, or what its tasks refer to, is gone.
class TaskGroup {
 public:
  explicit TaskGroup(asio::any_io_executor executor) : executor_(std::move(executor)) {}

  /// Begins it; it runs until it ends, or until `stop`.
  void spawn(Task<> work);
  void stop();
  bool stopped() const { return stopped_; }
  bool idle() const { return running_ == 0; }

  /// Until all have ended. A cancellation of the awaiting task stops them, and is waited out. @throws what the first that failed threw.
  Task<> join();
  /// Awaits `work`, however it ends; then stops all, and waits until they have ended. @throws what `work` threw, else what the first that failed threw.
  Task<> end_with(Task<> work);

 private:
  static Task<> drive(TaskGroup* group, std::shared_ptr<Stoppable> member, Task<> work);
  void end(const std::shared_ptr<Stoppable>& member, const std::exception_ptr& failure);

  asio::any_io_executor executor_;
  std::vector<std::shared_ptr<Stoppable>> members_;
  std::size_t running_ = 0;
  std::exception_ptr failure_;
  bool stopped_ = false;
  Pulse ended_;
};

/// Runs all tasks at once, on the executor of whoever awaits, and returns when the last has ended. Cancelling it cancels all of them.
/// @throws what the first of them in the list threw; the others still ran to their end.
Task<> at_once(std::vector<Task<>> tasks);

}  // namespace antiphon
