#pragma once

#include "antiphon/audio/pcm.hpp"

namespace antiphon::audio {

/// Audio at its place, in samples from the beginning.
struct Placed {
  SampleView samples;
  std::size_t at = 0;
};

/// The sum of all, as long as what ends last (or `length`, where that is more); clipped once, so that the order of `parts` changes nothing.
Samples mix(std::span<const Placed> parts, std::size_t length = 0);

/// Two channels in one buffer, left first; the shorter one is followed by silence. For recordings: user left, agent right.
Samples interleave(SampleView left, SampleView right);

}  // namespace antiphon::audio
