#include "antiphon/report/ticker.hpp"

#include <chrono>

namespace antiphon {

Ticker::Ticker(std::function<void()> action) : action_(std::move(action)) {
  thread_ = std::thread([this] {
    std::unique_lock lock(mutex_);
    // The wall's time, whatever clock the runs live on: this is for the eyes of whoever watches.
    while (!stopped_.wait_for(lock, std::chrono::milliseconds(100), [this] { return stop_; })) action_();
  });
}

Ticker::~Ticker() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  stopped_.notify_all();
  thread_.join();
}

}  // namespace antiphon
