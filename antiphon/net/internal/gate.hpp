#pragma once

#include <list>
#include <memory>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "antiphon/base/task.hpp"

namespace antiphon::net {

/// Where coroutines of one executor wait for something to change; whoever changes it opens the gate. No clock is looked at.
class Gate {
 public:
  explicit Gate(const asio::any_io_executor& executor) : timer_(executor, asio::steady_timer::time_point::max()) {}

  /// Waits until `open` is called, which may be for another reason than the one waited for: look again.
  /// @throws boost::system::system_error operation_aborted when cancelled.
  Task<> pass();
  void open() {
    if (waiting_ > 0) timer_.cancel();
  }

 private:
  asio::steady_timer timer_;  ///< never rings
  int waiting_ = 0;
};

/// One at a time, in the order of asking.
class Turns {
  struct State;

 public:
  explicit Turns(asio::any_io_executor executor);

  /// Held while something is done; the next in line goes on when it is dropped.
  using Turn = std::shared_ptr<void>;

  /// @throws boost::system::system_error operation_aborted when cancelled before the turn came.
  Task<Turn> take();
  /// Whether `take` would return at once.
  bool is_free() const;

 private:
  static Turn grant(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace antiphon::net
