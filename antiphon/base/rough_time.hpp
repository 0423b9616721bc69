#pragma once

#include "antiphon/base/clock.hpp"

namespace antiphon {

/// The time to set an alarm for that may ring up to a millisecond late: those of a thousand calls ring together then. Virtual time stays exact.
inline Clock::Time roughly(const Clock& clock, Clock::Time at) {
  constexpr Duration step = std::chrono::milliseconds(1);
  return clock.is_virtual() || at > Clock::Time::max() - step ? at : (at + step - Duration(1)) / step * step;
}

}  // namespace antiphon
