#pragma once

#include <thread>

#include "antiphon/scenario/run.hpp"

namespace antiphon::cli {

/// Turns SIGINT, SIGTERM and SIGHUP (unless that is ignored) into a stop request; a second SIGINT or SIGTERM ends the process at once with 130 (SCN-72).
/// One per process.
class SignalWatcher {
 public:
  explicit SignalWatcher(StopSource stop);
  ~SignalWatcher();
  SignalWatcher(const SignalWatcher&) = delete;
  SignalWatcher& operator=(const SignalWatcher&) = delete;

 private:
  int wake_[2] = {-1, -1};
  std::thread thread_;
};

}  // namespace antiphon::cli
