#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace antiphon {

/// Calls `action` ten times a second from a thread of its own, until it is destroyed; for the live line, which moves while nothing happens.
class Ticker {
 public:
  explicit Ticker(std::function<void()> action);
  ~Ticker();
  Ticker(const Ticker&) = delete;
  Ticker& operator=(const Ticker&) = delete;

 private:
  std::function<void()> action_;
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace antiphon
