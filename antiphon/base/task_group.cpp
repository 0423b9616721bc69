#include "antiphon/base/task_group.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace antiphon {

namespace {

/// Keeps to itself what the task threw, so that those beside it go on.
Task<> keep_failure(Task<> task, std::exception_ptr& failure) {
  try {
    co_await std::move(task);
  } catch (...) {
    failure = std::current_exception();
  }
}

}  // namespace

void TaskGroup::spawn(Task<> work) {
  auto member = std::make_shared<Stoppable>();
  if (stopped_) member->stop();
  members_.push_back(member);
  ++running_;
  // Detached from the executor's point of view only: `join` waits for its end.
  asio::co_spawn(executor_, drive(this, std::move(member), std::move(work)), asio::detached);
}

void TaskGroup::stop() {
  stopped_ = true;
  // A copy: a member may end, and leave the list, as soon as it is asked.
  for (const auto& member : std::vector(members_)) member->stop();
}

Task<> TaskGroup::join() {
  bool cancelled = false;
  while (running_ > 0) {
    bool asked = false;
    try {
      co_await ended_.wait();
    } catch (const boost::system::system_error&) {
      asked = true;
    }
    if (!asked) continue;
    cancelled = true;
    stop();
    // Nothing of a group may outlive this call: it is deaf to further requests.
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  }
  if (cancelled) co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
  if (failure_) std::rethrow_exception(failure_);
  if (cancelled) throw boost::system::system_error(asio::error::operation_aborted);
}

Task<> TaskGroup::end_with(Task<> work) {
  std::exception_ptr failure;
  try {
    co_await std::move(work);
  } catch (...) {
    failure = std::current_exception();
  }
  stop();
  if (!failure) co_return co_await join();
  // Whoever was cancelled could not wait for anything any more.
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  try {
    co_await join();
  } catch (...) {}  // what `work` threw came first
  co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
  std::rethrow_exception(failure);
}

Task<> TaskGroup::drive(TaskGroup* group, std::shared_ptr<Stoppable> member, Task<> work) {
  std::exception_ptr failure;
  try {
    co_await member->run(std::move(work));
  } catch (...) {
    failure = std::current_exception();
  }
  group->end(member, failure);
}

void TaskGroup::end(const std::shared_ptr<Stoppable>& member, const std::exception_ptr& failure) {
  std::erase(members_, member);
  --running_;
  // What a member throws because it was stopped is no failure.
  if (failure && !member->stopped()) {
    if (!failure_) failure_ = failure;
    stop();
  }
  ended_.beat();
}

Task<> at_once(std::vector<Task<>> tasks) {
  TaskGroup group(co_await asio::this_coro::executor);
  std::vector<std::exception_ptr> failures(tasks.size());
  for (std::size_t i = 0; i < tasks.size(); ++i) group.spawn(keep_failure(std::move(tasks[i]), failures[i]));
  co_await group.join();
  for (const auto& failure : failures)
    if (failure) std::rethrow_exception(failure);
}

}  // namespace antiphon
