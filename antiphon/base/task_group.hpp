#pragma once

#include <exception>
#include <memory>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "antiphon/base/limit.hpp"
#include "antiphon/base/pulse.hpp"

namespace antiphon {

/// Tasks that go on side by side and end together: where one fails, the others are asked to stop. Belongs to one executor.
///
/// `join` must have returned before the group, or what its tasks refer to, is gone.
class TaskGroup {
 public:
  explicit TaskGroup(asio::any_io_executor executor) : executor_(std::move(executor)) {}

  /// Begins it; it runs until it ends, or until `stop`.
  void spawn(Task<> work) {
    auto member = std::make_shared<Stoppable>();
    if (stopped_) member->stop();
    members_.push_back(member);
    ++running_;
    asio::co_spawn(executor_, drive(this, std::move(member), std::move(work)), asio::detached);
  }
  void stop() {
    stopped_ = true;
    for (const auto& member : members_) member->stop();
  }
  bool stopped() const { return stopped_; }
  bool idle() const { return running_ == 0; }

  /// Until all have ended. A cancellation of the awaiting task stops them, and is waited out. @throws what the first that failed threw.
  Task<> join() {
    bool cancelled = false;
    while (running_ > 0) {
      try {
        co_await ended_.wait();
      } catch (const boost::system::system_error&) {
        cancelled = true;
      }
      if (!std::exchange(cancelled_, cancelled) && cancelled) {
        stop();
        co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
      }
    }
    if (failure_) std::rethrow_exception(failure_);
    if (cancelled) throw boost::system::system_error(asio::error::operation_aborted);
  }

 private:
  static Task<> drive(TaskGroup* group, std::shared_ptr<Stoppable> member, Task<> work) {
    std::exception_ptr failure;
    try {
      co_await member->run(std::move(work));
    } catch (...) {
      failure = std::current_exception();
    }
    group->end(member, failure);
  }
  void end(const std::shared_ptr<Stoppable>& member, const std::exception_ptr& failure) {
    std::erase(members_, member);
    --running_;
    // What a member throws because it was stopped is no failure.
    if (failure && !member->stopped()) {
      if (!failure_) failure_ = failure;
      stop();
    }
    ended_.beat();
  }

  asio::any_io_executor executor_;
  std::vector<std::shared_ptr<Stoppable>> members_;
  std::size_t running_ = 0;
  std::exception_ptr failure_;
  bool stopped_ = false, cancelled_ = false;
  Pulse ended_;
};

}  // namespace antiphon
