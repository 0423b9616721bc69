#pragma once

#include <deque>

#include "antiphon/agent/voice_agent.hpp"
#include "antiphon/base/channel.hpp"
#include "antiphon/base/clock.hpp"

namespace antiphon::composed {

/// What an agent says: sent at once, heard one piece after another. It can be held in the middle, and go on from there.
class Mouth {
 public:
  Mouth(Clock& clock, Channel<AgentSignal>& signals) : clock_(clock), signals_(signals) {}

  /// Where it is held, for later.
  void say(audio::Samples samples);
  bool is_heard() const { return clock_.now() < until_; }
  bool held() const { return held_; }
  /// Nothing more is heard; what was not heard yet is kept.
  void hold();
  void go_on();
  /// Nothing more is heard, and never will be.
  void stop();
  /// Until all of it was heard.
  Task<> heard_out();

 private:
  struct Piece {
    Clock::Time start;
    audio::Samples samples;
  };
  void send(audio::Samples samples);

  Clock& clock_;
  Channel<AgentSignal>& signals_;
  Clock::Time until_{0};
  std::deque<Piece> pieces_;  ///< sent, and not known to be heard
  std::deque<audio::Samples> kept_;
  bool held_ = false;
};

}  // namespace antiphon::composed
