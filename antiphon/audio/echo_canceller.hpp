#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "antiphon/audio/pcm.hpp"

namespace antiphon::audio {

/// Takes out of a microphone's audio what a loudspeaker in the same room has played, and goes on to learn the room while it does: WebRTC's canceller, a filter
/// of 128 ms and a suppressor for what that leaves (the package `webrtc-audio-processing`).
///
/// Canonical audio in blocks of 10 ms, which come out some milliseconds later. It finds echoes that are up to about 0.2 s behind what was played. About 0.6 %
/// of a core where it works without a pause. One stream, one thread at a time.
class EchoCanceller {
 public:
  static constexpr std::size_t block = canonical_rate_hz / 100;

  /// @throws Error internal where the library refuses.
  EchoCanceller();
  ~EchoCanceller();
  EchoCanceller(const EchoCanceller&) = delete;
  EchoCanceller& operator=(const EchoCanceller&) = delete;

  /// @param played what the loudspeaker was given meanwhile. @param microphone what it brought; its echo is taken out of it. One block each.
  void process(SampleView played, std::span<Sample> microphone);
  /// Forgets the room: what was played lies elsewhere from here on.
  void reset();

 private:
  struct Engine;
  std::unique_ptr<Engine> engine_;
};

}  // namespace antiphon::audio
