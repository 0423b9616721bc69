#pragma once

#include <algorithm>

#include "antiphon/audio/pcm.hpp"

namespace antiphon::gateway {

/// The last samples of a stream, and no room for more: a gateway holds one per call.
class RecentSamples {
 public:
  explicit RecentSamples(std::size_t most) : ring_(most) {}

  void add(audio::SampleView samples) {
    if (samples.size() > ring_.size()) samples = samples.last(ring_.size());
    const auto first = samples.first(std::min(samples.size(), ring_.size() - next_));
    std::ranges::copy(first, ring_.begin() + static_cast<std::ptrdiff_t>(next_));
    std::ranges::copy(samples.subspan(first.size()), ring_.begin());
    next_ = ring_.empty() ? 0 : (next_ + samples.size()) % ring_.size();
    known_ = std::min(known_ + samples.size(), ring_.size());
  }
  /// In order; none are left.
  audio::Samples take() {
    audio::Samples samples;
    samples.reserve(known_);
    const auto next = ring_.begin() + static_cast<std::ptrdiff_t>(next_);
    if (known_ == ring_.size()) samples.insert(samples.end(), next, ring_.end());
    samples.insert(samples.end(), ring_.begin(), next);
    clear();
    return samples;
  }
  void clear() { next_ = known_ = 0; }

 private:
  audio::Samples ring_;
  std::size_t next_ = 0, known_ = 0;  ///< where the next sample goes; how many are there
};

}  // namespace antiphon::gateway
