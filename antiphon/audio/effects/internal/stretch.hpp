#pragma once

#include "antiphon/audio/pcm.hpp"

namespace antiphon::audio::effects {

/// Plays `factor` times as fast (0.25 to 4) and keeps the pitch: round(n / factor) samples come out.
///
/// Waveform-similarity overlap-add: pieces of 30 ms are laid over each other where they fit best.
/// @see W. Verhelst, M. Roelands, "An overlap-add technique based on waveform similarity", ICASSP 1993
Samples stretch(SampleView samples, double factor);

}  // namespace antiphon::audio::effects
