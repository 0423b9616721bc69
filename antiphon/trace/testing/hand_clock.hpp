#pragma once

#include "antiphon/base/clock.hpp"

namespace antiphon::testing_support {

/// A clock that a test moves by hand; nobody can wait on it.
class HandClock final : public Clock {
 public:
  Time time{0};
  Time now() const override { return time; }
  bool is_virtual() const override { return true; }
  Alarm call_at(Time, std::function<void()>) override { return {}; }
  void cancel(Alarm) override {}
};

}  // namespace antiphon::testing_support
