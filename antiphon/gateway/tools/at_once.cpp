#include "antiphon/gateway/tools/at_once.hpp"

#include <memory>

#include "antiphon/base/latch.hpp"
#include "antiphon/base/limit.hpp"

namespace antiphon::gateway {

namespace {

struct Group {
  std::vector<std::shared_ptr<Stoppable>> members;
  std::vector<std::exception_ptr> failures;
  std::size_t running = 0;
  Latch ended;

  void stop() {
    for (const auto& member : members) member->stop();
  }
};

Task<> run_member(std::shared_ptr<Group> group, std::size_t index, Task<> task) {
  try {
    co_await group->members[index]->run(std::move(task));
  } catch (...) {
    group->failures[index] = std::current_exception();
  }
  if (--group->running == 0) group->ended.open();
}

}  // namespace

Task<> at_once(std::vector<Task<>> tasks) {
  if (tasks.empty()) co_return;
  auto executor = co_await asio::this_coro::executor;
  auto group = std::make_shared<Group>();
  group->failures.resize(tasks.size());
  group->running = tasks.size();
  for (std::size_t i = 0; i < tasks.size(); ++i) group->members.push_back(std::make_shared<Stoppable>());
  for (std::size_t i = 0; i < tasks.size(); ++i) asio::co_spawn(executor, run_member(group, i, std::move(tasks[i])), [](std::exception_ptr) {});
  bool cancelled = false;
  try {
    co_await group->ended.wait();
  } catch (const boost::system::system_error&) {
    cancelled = true;
  }
  if (cancelled) {  // nothing of it may outlive this call: wait for their ends, deaf to further requests
    group->stop();
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await group->ended.wait();
    throw boost::system::system_error(asio::error::operation_aborted);
  }
  for (const auto& failure : group->failures)
    if (failure) std::rethrow_exception(failure);
}

}  // namespace antiphon::gateway
