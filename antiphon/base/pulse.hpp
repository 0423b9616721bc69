#pragma once

#include <functional>
#include <map>
#include <memory>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include "antiphon/base/task.hpp"

namespace antiphon {

/// Wakes everybody who waits for it, again and again. Belongs to one executor.
class Pulse {
 public:
  void beat() {
    if (waiting_.empty()) return;
    for (auto& [key, waiter] : std::exchange(waiting_, {})) waiter({});
  }
  /// Until the next beat. @throws boost::system::system_error operation_aborted when cancelled.
  Task<> wait() {
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void(boost::system::error_code)>(
        [this](auto handler) {
          const auto key = next_++;
          auto executor = asio::any_io_executor(asio::get_associated_executor(handler));
          auto slot = asio::get_associated_cancellation_slot(handler);
          auto shared = std::make_shared<decltype(handler)>(std::move(handler));
          waiting_[key] = [shared, executor](boost::system::error_code error) { asio::post(executor, [shared, error] { std::move (*shared)(error); }); };
          if (slot.is_connected()) slot.assign([this, key](asio::cancellation_type) { cancel(key); });
        },
        use_task);
  }

 private:
  void cancel(std::uint64_t key) {
    const auto waiter = waiting_.find(key);
    if (waiter == waiting_.end()) return;
    auto wake = std::move(waiter->second);
    waiting_.erase(waiter);
    wake(asio::error::operation_aborted);
  }

  std::map<std::uint64_t, std::function<void(boost::system::error_code)>> waiting_;
  std::uint64_t next_ = 0;
};

}  // namespace antiphon
