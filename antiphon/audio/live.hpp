#pragma once

#include <cstddef>

#include "antiphon/audio/pcm.hpp"

namespace antiphon::audio {

/// Where a call can be heard while it goes on.
class Loudspeaker {
 public:
  virtual ~Loudspeaker() = default;
  /// Canonical samples, in the order of hearing, about as fast as they are heard. Never blocks.
  /// @throws Error closed, party harness, once it cannot play any more.
  virtual void play(SampleView samples) = 0;
  /// False for what plays at any pace: it may listen to a call in virtual time.
  virtual bool needs_real_time() const { return true; }
};

/// Where somebody speaks into a call.
class Microphone {
 public:
  virtual ~Microphone() = default;
  /// The next canonical samples: at most `count`, fewer where no more were spoken yet. Never blocks.
  /// @throws Error closed, party harness, once it cannot hear any more.
  virtual Samples take(std::size_t count) = 0;
  /// Forgets what was heard and not taken.
  virtual void flush() {}
  virtual bool needs_real_time() const { return true; }
};

}  // namespace antiphon::audio
