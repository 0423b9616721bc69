#pragma once

#include <algorithm>
#include <chrono>
#include <initializer_list>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace antiphon::bench {

using Moment = std::chrono::steady_clock::time_point;
using std::chrono::nanoseconds;

/// How some durations are spread.
class Spread {
 public:
  void add(nanoseconds duration) { values_ms_.push_back(std::chrono::duration<double, std::milli>(duration).count()); }
  std::size_t count() const { return values_ms_.size(); }
  /// The smallest value that `share` of all do not exceed; -1 where there are none. Milliseconds.
  double at(double share) {
    if (values_ms_.empty()) return -1;
    const auto place =
        values_ms_.begin() + static_cast<std::ptrdiff_t>(std::min(values_ms_.size() - 1, static_cast<std::size_t>(share * static_cast<double>(count()))));
    std::nth_element(values_ms_.begin(), place, values_ms_.end());
    return *place;
  }
  /// Several of them, `less` milliseconds taken off each: "1.0 / 2.3 / 4.0".
  std::string shown(std::initializer_list<double> shares, double less = 0) {
    std::string text;
    for (const auto share : shares) text += fmt::format("{}{:.1f}", text.empty() ? "" : " / ", at(share) - less);
    return count() == 0 ? "none" : text;
  }

 private:
  std::vector<double> values_ms_;
};

}  // namespace antiphon::bench
