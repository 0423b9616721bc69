#pragma once

#include <cstddef>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include "antiphon/base/task.hpp"

namespace antiphon::session {

/// Of an executor, for whoever takes messages as fast as they come: a far side that floods would else keep everybody waiting until it pauses, also those
/// who want it to stop.
class FairShare {
 public:
  /// To be asked after each message, of so many bytes: whether it is the others' turn (`let_others`).
  bool used_up(std::size_t bytes) {
    bytes_ += bytes;
    if (++messages_ < most_messages && bytes_ < most_bytes) return false;
    messages_ = bytes_ = 0;
    return true;
  }
  /// All that is ready to run goes first. Cancellable.
  static Task<> let_others() { co_await asio::post(co_await asio::this_coro::executor, use_task); }

 private:
  static constexpr std::size_t most_messages = 64, most_bytes = 64 * 1024;
  std::size_t messages_ = 0, bytes_ = 0;
};

}  // namespace antiphon::session
