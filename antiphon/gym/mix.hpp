#pragma once

#include <vector>

#include "antiphon/audio/pcm.hpp"
#include "antiphon/base/clock.hpp"

namespace antiphon::gym {

/// What both said at the times at which it was said and heard, to be written as one recording.
class Mix {
 public:
  /// @param samples at `rate_hz`; `at` since the beginning
  void add_user(audio::SampleView samples, int rate_hz, Duration at);
  void add_agent(audio::SampleView samples, int rate_hz, Duration at);
  /// Interleaved, user left, agent right, at `mix_rate_hz`; as long as what ends last.
  audio::Samples interleaved() const;
  bool empty() const { return user_.empty() && agent_.empty(); }

 private:
  struct Piece {
    audio::Samples samples;
    int rate_hz = 0;
    Duration at{0};
  };
  static audio::Samples track(const std::vector<Piece>& pieces);

  std::vector<Piece> user_, agent_;
};

}  // namespace antiphon::gym
