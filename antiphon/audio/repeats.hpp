#pragma once

#include <vector>

#include "antiphon/audio/pcm.hpp"

namespace antiphon::audio {

/// A piece that is there a second time, right behind the first.
struct Repeat {
  std::size_t at = 0, length = 0;  ///< of the second one, in samples
};

/// Frames of 10, 20, 30, 40 or 60 ms that were played twice (or more often: each further time counts), as a sender or a buffer that ran dry does it. Canonical
/// audio. Silence, and what is periodic anyhow such as a tone, is no repeat.
std::vector<Repeat> find_repeats(SampleView samples);

}  // namespace antiphon::audio
