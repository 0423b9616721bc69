#pragma once

#include <array>
#include <vector>

#include "antiphon/audio/pcm.hpp"

namespace antiphon::audio::internal {

/// From 24 to 16 kHz for the detectors, frame by frame: every 3 samples give 2, half a millisecond late and nothing more, where `Resampler` would hold back
/// what its longer filter needs.
class Narrow {
 public:
  /// A multiple of 3 samples; as many sixteenths come out as twenty-fourths go in.
  void feed(SampleView samples, std::vector<float>& out);

 private:
  static constexpr std::size_t reach = 24;  ///< samples of the past that the filter sees
  std::array<float, reach> past_{};
};

}  // namespace antiphon::audio::internal
