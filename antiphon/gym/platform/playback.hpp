#pragma once

#include <string>
#include <vector>

#include "antiphon/base/clock.hpp"

namespace antiphon::gym {

/// What a user has heard of an assistant's turn.
struct HeardWords {
  std::int64_t words = 0;
  std::string text{};  ///< the first that many words of the turn
};

/// How far a client's player is in a turn, told by what was sent to it and when: it begins with the first audio, and stalls where the next comes late.
class Playback {
 public:
  /// Another sentence of the turn's text; what stands between sentences belongs to one of them.
  /// @param spoken its audio will come; else it counts as heard at once, as text
  void add_sentence(std::string text, bool spoken);
  /// Audio of the first sentence that is not whole yet.
  void sent(Duration length, Clock::Time now);
  /// No more audio of it comes.
  void finish_sentence();

  /// When the last sample so far is heard.
  Clock::Time plays_until() const { return until_; }
  HeardWords heard(Clock::Time now) const;

 private:
  struct Piece {
    Clock::Time begins;
    Duration length;
  };
  struct Sentence {
    std::string text;
    bool spoken = true, whole = false;
    std::vector<Piece> pieces{};
  };
  static double share_heard(const Sentence& sentence, Clock::Time now);

  std::vector<Sentence> sentences_;
  std::size_t current_ = 0;
  Clock::Time until_{0};
};

/// The first `count` words of a text, as they stand.
std::string first_words(std::string_view text, std::int64_t count);
/// What stands behind them, with the white space at its end: more words may follow.
std::string words_behind(std::string_view text, std::int64_t count);

}  // namespace antiphon::gym
