#pragma once

#include "antiphon/base/pulse.hpp"

namespace antiphon {

/// Opens once; one coroutine may wait for it. Belongs to one executor.
class Latch {
 public:
  bool is_open() const { return open_; }
  void open() {
    open_ = true;
    pulse_.beat();
  }
  /// @throws boost::system::system_error operation_aborted when cancelled.
  Task<> wait() {
    if (!open_) co_await pulse_.wait();
  }

 private:
  bool open_ = false;
  Pulse pulse_;
};

}  // namespace antiphon
