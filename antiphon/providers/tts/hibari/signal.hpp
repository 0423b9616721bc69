#pragma once

#include <cstdint>
#include <vector>

#include "antiphon/audio/pcm.hpp"

namespace antiphon::hibari {

inline constexpr std::size_t bands = 601;          ///< of 20 Hz each
inline constexpr std::size_t frame_samples = 300;  ///< 12.5 ms at 24 kHz

/// What the network gives: for each band, all frames one after the other; `pitch_hz` for each frame.
struct Spectrum {
  std::vector<float> gain, turn;                        ///< of the voice: logarithm; phase, before tanh
  std::vector<float> noise, remainder, remainder_turn;  ///< of breath: logarithm; what is neither: logarithm, phase in radians
  std::vector<float> pitch_hz;                          ///< below 40: unvoiced
  std::size_t frames() const { return pitch_hz.size(); }
};

/// Another speaker from the same network.
struct Speaker {
  float pitch = 1;  ///< times as high
  float tract = 1;  ///< the formants, times as high: below 1 sounds larger
  float speed = 1;
};

/// Samples of 24 kHz: pulses at the pitch, shaped band by band, and noise that depends on the seed alone.
audio::Samples synthesised(const Spectrum& spectrum, const Speaker& speaker, std::uint64_t seed);

}  // namespace antiphon::hibari
