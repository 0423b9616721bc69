#pragma once

#include <functional>
#include <utility>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include "antiphon/base/task.hpp"

namespace antiphon {

/// Opens once; one coroutine may wait for it. Belongs to one executor.
class Latch {
 public:
  bool is_open() const { return open_; }
  void open() {
    open_ = true;
    wake({});
  }
  /// @throws boost::system::system_error operation_aborted when cancelled.
  Task<> wait() {
    if (open_) co_return;
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void(boost::system::error_code)>(
        [this](auto handler) {
          auto executor = asio::any_io_executor(asio::get_associated_executor(handler));
          auto slot = asio::get_associated_cancellation_slot(handler);
          auto shared = std::make_shared<decltype(handler)>(std::move(handler));
          waiter_ = [shared, executor](boost::system::error_code error) { asio::post(executor, [shared, error] { std::move (*shared)(error); }); };
          if (slot.is_connected()) slot.assign([this](asio::cancellation_type) { wake(asio::error::operation_aborted); });
        },
        use_task);
  }

 private:
  void wake(boost::system::error_code error) {
    if (auto waiter = std::exchange(waiter_, nullptr)) waiter(error);
  }
  bool open_ = false;
  std::function<void(boost::system::error_code)> waiter_;
};

}  // namespace antiphon
