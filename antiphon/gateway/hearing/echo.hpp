#pragma once

#include <memory>

#include "antiphon/audio/pcm.hpp"
#include "antiphon/base/clock.hpp"

namespace antiphon::gateway {

/// Where the agent's own voice comes back from.
enum class EchoPath {
  none,  ///< from nowhere, or the caller's side takes it out
  line,  ///< a telephone line
  room   ///< a loudspeaker beside a microphone
};

/// Takes the agent's own voice out of what the caller's line brings back (GTW-24), before anything listens to it: an echo is no voice and no words. One call,
/// one executor.
class EchoRemover {
 public:
  virtual ~EchoRemover() = default;
  /// Canonical audio that the caller hears from then on; in order.
  virtual void played(audio::SampleView samples, Clock::Time at) = 0;
  /// The caller's canonical audio, whose last sample comes now: as many samples as came, without their echo.
  virtual audio::Samples take(audio::Samples samples, Clock::Time now) = 0;
};

/// nullptr for `none`.
std::unique_ptr<EchoRemover> make_echo_remover(EchoPath path);

}  // namespace antiphon::gateway
