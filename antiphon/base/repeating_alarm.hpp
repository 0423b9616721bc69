#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "antiphon/base/rough_time.hpp"

namespace antiphon {

/// Calls `action` at start, start + period, start + 2 · period …, each up to a millisecond late, for as long as it lives; calls that are late follow each
/// other, and none is left out. Belongs to the clock's executor.
class RepeatingAlarm {
 public:
  /// `action` is given the count of calls before it. It may not destroy this alarm; what it throws goes to whoever runs the clock, and ends the calls.
  RepeatingAlarm(Clock& clock, Clock::Time start, Duration period, std::function<void(std::int64_t)> action)
      : clock_(clock), lifetime_(clock.lifetime()), start_(start), period_(period), action_(std::move(action)) {
    set();
  }
  ~RepeatingAlarm() {
    if (!lifetime_.expired()) clock_.cancel(alarm_);
  }
  RepeatingAlarm(const RepeatingAlarm&) = delete;
  RepeatingAlarm& operator=(const RepeatingAlarm&) = delete;

 private:
  // No memory is taken for a call: there may be fifty thousand a second.
  void set() {
    alarm_ = clock_.call_at(roughly(clock_, start_ + count_ * period_), [this] {
      action_(count_++);
      set();
    });
  }

  Clock& clock_;
  std::weak_ptr<const void> lifetime_;
  Clock::Time start_;
  Duration period_;
  std::function<void(std::int64_t)> action_;
  std::int64_t count_ = 0;
  Clock::Alarm alarm_{};
};

}  // namespace antiphon
