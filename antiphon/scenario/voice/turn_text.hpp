#pragma once

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
  /// The text of the oldest turn that was ended; else all there is.
  std::string take();
  /// Of the turn under way, so far.
  const std::string& now() const { return ended_.empty() ? now_ : ended_.front(); }
  bool empty() const { return ended_.empty() && now_.empty(); }

 private:
  std::string settled_, now_;  // `now_` is `settled_` and what may still be replaced
  std::deque<std::string> ended_;
};

/// As many of a text's first words, as they stand in it.
std::string_view first_words(std::string_view text, std::size_t count);

}  // namespace antiphon::voice
