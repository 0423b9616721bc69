#include "antiphon/scenario/voice/turn_tracker.hpp"

#include <algorithm>

namespace antiphon::voice {

namespace {

constexpr Duration grain = std::chrono::milliseconds(40);  // more than the longest frame of a detector

}  // namespace

bool TurnTracker::resumes(Duration at) const {
  return !turns_.empty() && turns_.back().ending == TurnEnding::tail_silence && at - decided_ <= rules_.resumption && !answers(at);
}

// What our user began to say over the turn is said by then.
bool TurnTracker::answers(Duration at) const { return line_ && line_->began > turns_.back().start && line_->began <= decided_ && line_->ended <= at; }

void TurnTracker::start_speaking(Duration at, std::optional<Duration> received) {
  // What was undecided has turned out to begin too late.
  if (open_ && !speaking_ && ends_by_silence() && at - turns_.back().end >= rules_.tail_silence)
    end(TurnEnding::tail_silence, turns_.back().end + rules_.tail_silence);
  speaking_ = true;
  if (!turns_.empty()) at = std::max(at, turns_.back().end);
  if (!open_) {
    if (resumes(at)) {
      ++turns_.back().resumed;
      turns_.back().ending = TurnEnding::open;
    } else {
      turns_.push_back({.start = at, .end = at, .received_start = received});
    }
    open_ = true;
  }
  turns_.back().voiced.push_back({at, at});
}

void TurnTracker::stop_speaking(Duration at) {
  speaking_ = false;
  if (turns_.empty() || turns_.back().voiced.empty()) return;
  auto& turn = turns_.back();
  if (!open_) at = std::min(at, decided_);
  turn.voiced.back().end = std::max(at, turn.voiced.back().start);
  turn.end = std::max(turn.start, turn.voiced.back().end);
}

void TurnTracker::end_signal(Duration heard_all) { ends_at_ = heard_all; }

void TurnTracker::cut_into() {
  if (open_) cut_turn_ = turns_.size() - 1;
}

void TurnTracker::cleared(Duration now) {
  ends_at_.reset();
  if (open_) end(TurnEnding::cleared, now);
}

void TurnTracker::closed(Duration now) {
  if (open_) end(TurnEnding::closed, now);
}

void TurnTracker::advance(Duration now, std::optional<Duration> last_voiced, bool undecided) {
  if (open_ && speaking_ && last_voiced) {
    auto& turn = turns_.back();
    turn.voiced.back().end = std::max(turn.voiced.back().end, *last_voiced);
    turn.end = std::max(turn.end, *last_voiced);
  }
  if (ends_at_ && now >= *ends_at_) {
    ends_at_.reset();
    // Of a turn that we cut into, which its silence has ended before.
    if (!open_ && was_cut_into() && turns_.back().ending == TurnEnding::tail_silence) {
      turns_.back().ending = TurnEnding::signal;
      return;
    }
    // A turn without a voiced frame is one all the same: the agent says that it has answered.
    const auto at = turns_.empty() ? now : std::max(now, turns_.back().end);
    if (!open_) turns_.push_back({.start = at, .end = at}), open_ = true;
    return end(TurnEnding::signal, now);
  }
  // Speech that follows a turn's end without a gap has no edge of its own.
  const auto from = turns_.empty() ? decided_ : std::max(decided_, turns_.back().end);
  if (!open_ && speaking_ && last_voiced && *last_voiced > from + grain)
    turns_.push_back({.start = from, .end = *last_voiced, .voiced = {{from, *last_voiced}}}), open_ = true;
  if (!open_) return;
  const auto& turn = turns_.back();
  if (now - turn.start >= rules_.longest) return end(TurnEnding::capped, turn.start + rules_.longest);
  const auto limit = ends_by_silence() ? rules_.tail_silence : rules_.response_timeout;
  if (!speaking_ && !undecided && now - turn.end >= limit) end(TurnEnding::tail_silence, now);
}

void TurnTracker::end(TurnEnding how, Duration now) {
  auto& turn = turns_.back();
  turn.ending = how;
  open_ = false;
  decided_ = now;
  if (how != TurnEnding::capped) return;
  // If it goes on, what follows is a turn of its own, as after every end without a gap.
  turn.end = std::min(turn.end, now);
  std::erase_if(turn.voiced, [&](const VoicedSpan& span) { return span.start > now; });
  if (!turn.voiced.empty()) turn.voiced.back().end = std::min(turn.voiced.back().end, now);
}

}  // namespace antiphon::voice
