#pragma once

#include <optional>
#include <vector>

#include "antiphon/audio/vad/voice_activity.hpp"
#include "antiphon/result/call_record.hpp"

namespace antiphon::voice {

/// When a turn of the agent ends (contracts.md §12).
struct TurnRules {
  Duration tail_silence{std::chrono::milliseconds(600)};
  Duration response_timeout{std::chrono::seconds(30)};  ///< of silence; ends a turn whose signal never comes, too
  Duration longest{std::chrono::seconds(30)};           ///< then the turn is over, whatever is heard
  Duration resumption{std::chrono::milliseconds(500)};  ///< speech that begins so soon after `tail_silence` has ended a turn belongs to it
  bool signalled = false;                               ///< the adapter tells ends of turns
};

/// Makes turns of where the agent is heard to speak. Pure: whoever drives it says what time it is.
class TurnTracker {
 public:
  explicit TurnTracker(TurnRules rules) : rules_(rules) {}

  /// An edge of the agent's speech, as heard; `received`: when it crossed the wire.
  void start_speaking(Duration at, std::optional<Duration> received);
  void stop_speaking(Duration at);
  /// The agent says that it has sent all of its turn; `heard_all`: when that will have been heard.
  void end_signal(Duration heard_all);
  /// Our user has cut into the turn that is open: it ends by `tail_silence`, too, where the adapter tells ends of turns.
  void cut_into();
  /// Our user has said something that asks for an answer.
  void answerable_line(Duration began, Duration ended) { line_ = {began, ended}; }
  /// What was not heard yet was dropped.
  void cleared(Duration now);
  /// So it was, and it may go on: the turn is not over, whatever was signalled.
  void held() { ends_at_.reset(), cut_turn_.reset(); }
  void closed(Duration now);
  /// Time has come this far; `last_voiced` is the end of what is voiced so far, while the agent speaks. `undecided`: it does not, and what sounds now may turn
  /// out to be speech that began a little earlier; no turn ends by silence meanwhile.
  void advance(Duration now, std::optional<Duration> last_voiced, bool undecided = false);

  bool speaking() const { return speaking_; }
  /// A turn has begun and not ended.
  bool open() const { return open_; }
  /// In order; the last one may be open.
  const std::vector<AgentTurn>& turns() const { return turns_; }
  std::vector<AgentTurn>& turns() { return turns_; }
  /// When the last decision that a turn is over fell.
  Duration decided() const { return decided_; }

 private:
  void end(TurnEnding how, Duration now);
  bool resumes(Duration at) const;
  bool answers(Duration at) const;
  bool was_cut_into() const { return cut_turn_ && *cut_turn_ + 1 == turns_.size(); }
  bool ends_by_silence() const { return !rules_.signalled || was_cut_into(); }

  TurnRules rules_;
  std::vector<AgentTurn> turns_;
  bool speaking_ = false, open_ = false;
  std::optional<Duration> ends_at_;  ///< by a signal
  std::optional<std::size_t> cut_turn_;
  struct Line {
    Duration began, ended;
  };
  std::optional<Line> line_;
  Duration decided_{0};
};

}  // namespace antiphon::voice
