#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

#include "antiphon/agent/voice_agent.hpp"

namespace antiphon::voice {

/// Collects an agent's own transcripts into the texts of its turns, in the order of the wire.
class TurnText {
 public:
  void add(const AgentTranscript& piece);
  /// What follows belongs to the next turn.
  void end_of_turn();
  /// The turn was dropped: the same, and where its end is told later, that ends no other turn. Of `turns` something was heard so far, those taken included;
  /// texts of any beyond them are of nobody's turn.
  void dropped(std::size_t turns);
  /// What follows is of a turn that comes after so many: one of them that told no words has none.
  void begin_turn(std::size_t turns);
  /// The text of the oldest turn that was ended; else all there is.
  std::string take();
  /// What `take` gave last is of a turn that is still to be taken.
  void put_back(std::string text);
  /// Of the turn that `later` turns follow on the oldest one, so far.
  std::string_view of(std::size_t later) const;
  bool empty() const { return ended_.empty() && now_.empty(); }

 private:
  bool end_may_follow_ = false, last_had_ended_ = false;
  std::size_t taken_ = 0;
  std::string settled_, now_;  // `now_` is `settled_` and what may still be replaced
  std::deque<std::string> ended_;
};

/// As many of a text's first words, as they stand in it.
std::string_view first_words(std::string_view text, std::size_t count);

}  // namespace antiphon::voice
