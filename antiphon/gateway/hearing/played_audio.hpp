#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "antiphon/audio/pcm.hpp"
#include "antiphon/base/clock.hpp"

namespace antiphon::gateway {

/// What the caller's loudspeaker played last, each sample where it sounded. One call, one executor.
class PlayedAudio {
 public:
  using Place = std::int64_t;              ///< of a sample, since the clock's beginning
  static constexpr double loud_rms = 100;  ///< what is quieter comes back inaudible

  /// @param kept samples
  PlayedAudio(int rate_hz, std::size_t kept) : rate_hz_(rate_hz), kept_(kept) {}

  Place place_of(Clock::Time at) const;
  /// Nothing was played yet, and nothing is held.
  bool empty() const { return ring_.empty(); }
  /// In order; a gap is silence. Where a player was stopped, what was meant to sound there did not, and is replaced.
  void add(audio::SampleView samples, Clock::Time at);
  /// When the last of what is loud ends.
  Clock::Time loud_until() const { return loud_until_; }
  /// Silence where nothing is known.
  template <class Out>
  void copy(Place from, std::span<Out> to) const {
    std::ranges::fill(to, Out{0});
    const auto first = std::max({from, end_ - static_cast<Place>(kept_), Place{0}}), last = std::min(from + static_cast<Place>(to.size()), end_);
    for (auto at = first; at < last;) {
      const auto part = in_a_row(at, last);
      std::ranges::copy(part, to.begin() + (at - from));
      at += static_cast<Place>(part.size());
    }
  }

 private:
  std::size_t index_of(Place at) const { return static_cast<std::size_t>(at) % kept_; }
  std::size_t count_in_a_row(Place from, Place to) const { return std::min(static_cast<std::size_t>(to - from), kept_ - index_of(from)); }
  audio::SampleView in_a_row(Place from, Place to) const { return audio::SampleView(ring_).subspan(index_of(from), count_in_a_row(from, to)); }
  void write(Place from, audio::SampleView samples);

  int rate_hz_;
  std::size_t kept_;
  audio::Samples ring_{};
  Place end_ = 0;  ///< behind the last sample
  Clock::Time loud_until_{Clock::Time::min()};
};

}  // namespace antiphon::gateway
