#pragma once

#include <memory>
#include <vector>

#include "antiphon/audio/pcm.hpp"
#include "antiphon/base/clock.hpp"

namespace antiphon::gym {

/// What both said at the times at which it was said and heard, to be written as one recording. Copies share the sound.
class Mix {
 public:
  using Sound = std::shared_ptr<const audio::Samples>;
  /// @param samples at `rate_hz`; `at` since the beginning
  void add_user(Sound samples, int rate_hz, Duration at) { user_.push_back({std::move(samples), rate_hz, at}); }
  void add_agent(Sound samples, int rate_hz, Duration at) { agent_.push_back({std::move(samples), rate_hz, at}); }
  /// Interleaved, user left, agent right, at `mix_rate_hz`; as long as what ends last.
  audio::Samples interleaved() const;
  bool empty() const { return user_.empty() && agent_.empty(); }

 private:
  struct Piece {
    Sound samples;
    int rate_hz = 0;
    Duration at{0};
  };
  static audio::Samples track(const std::vector<Piece>& pieces);

  std::vector<Piece> user_, agent_;
};

}  // namespace antiphon::gym
