#pragma once

#include <string>

#include "antiphon/audio/dtmf.hpp"

namespace antiphon::gateway {

/// Takes the tones of keys out of a caller's audio, before anything listens to it (GTW-32): no detector takes them for a voice, no recogniser for words.
///
/// Adds no delay: of a tone its first few milliseconds stay, too little for a voice. One stream each.
class ToneFilter {
 public:
  struct Taken {
    audio::Samples samples;  ///< as many as came, silence where a key sounded
    std::string keys;        ///< that ended
  };
  /// Canonical audio, any count of samples.
  Taken take(audio::Samples samples);

 private:
  audio::DtmfDetector detector_;
};

}  // namespace antiphon::gateway
