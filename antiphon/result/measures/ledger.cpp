#include <algorithm>

#include "antiphon/result/measures/measures.hpp"
#include "antiphon/result/measures/spans.hpp"

namespace antiphon::voice {

namespace {

constexpr auto patience = std::chrono::milliseconds(1500);  // of our own silence, before a turn counts as unanswered

bool is_turn(const UserUtterance& utterance) {
  return utterance.expect != Expectation::ignore && utterance.kind != UtteranceKind::backchannel && utterance.kind != UtteranceKind::hesitation &&
         utterance.kind != UtteranceKind::silence;
}

bool has_words(const UserUtterance& utterance) { return !utterance.voiced.empty() || utterance.kind == UtteranceKind::dtmf; }

// Only an ordinary line can be too early; a cut-in means to be.
bool is_premature(const UserUtterance& utterance, const std::vector<AgentTurn>& turns) {
  if (utterance.kind != UtteranceKind::speech && utterance.kind != UtteranceKind::audio) return false;
  const auto at = voice_start(utterance);
  return std::ranges::any_of(turns, [&](const AgentTurn& turn) {
    const auto speaking = [&](const VoicedSpan& span) { return span.start <= at && at < span.end; };
    return turn.start < at && at < turn.end && std::ranges::none_of(turn.voiced, speaking);
  });
}

class Ledger {
 public:
  Ledger(const CallRecord& call, VoiceMeasures& measures) : call_(call), measures_(measures) {
    for (std::size_t i = 0; i < call.utterances.size(); ++i)
      if (is_turn(call.utterances[i])) measures_.user_turns.push_back({.utterance = i});
    for (std::size_t i = 0; i < call.turns.size(); ++i) measures_.agent_turns.push_back({.turn = i});
  }

  void keep() {
    for (std::size_t i = 0; i < measures_.user_turns.size(); ++i) decide(i);
    for (std::size_t i = measures_.user_turns.size(); i-- > 0;) fold(i);
    name_agent_turns();
  }

 private:
  const UserUtterance& utterance(std::size_t i) const { return call_.utterances[measures_.user_turns[i].utterance]; }
  // What begins from here on belongs to the next turn of ours.
  Duration next_start(std::size_t i) const {
    for (++i; i < measures_.user_turns.size(); ++i)
      if (utterance(i).sent && has_words(utterance(i))) return voice_start(utterance(i));
    return Duration::max();
  }
  std::optional<std::size_t> first_turn(Duration from, Duration until) const {
    for (std::size_t t = 0; t < call_.turns.size(); ++t)
      if (const auto began = speech_began(call_.turns, t); began >= from && began < until) return t;
    return std::nullopt;
  }

  void decide(std::size_t i) {
    auto& entry = measures_.user_turns[i];
    const auto& said = utterance(i);
    const auto end = voice_end(said), next = next_start(i);
    if (!said.sent) return void(entry.outcome = UserTurnOutcome::not_sent);
    if (!has_words(said)) return void(entry.outcome = UserTurnOutcome::silent);
    entry.premature = is_premature(said, call_.turns);
    if (const auto early = first_turn(voice_start(said), std::min(end, next)); early && !is_greeting(*early))
      return match(entry, UserTurnOutcome::overlapped, *early, end);
    if (const auto answer = first_turn(end, next)) return match(entry, UserTurnOutcome::answered, *answer, end);
    const auto until = std::min(next, call_.duration);
    entry.outcome = until - end >= patience ? UserTurnOutcome::held : UserTurnOutcome::undecided;
  }

  void match(UserTurnEntry& entry, UserTurnOutcome outcome, std::size_t turn, Duration end) {
    entry.outcome = outcome;
    entry.agent_turn = turn;
    entry.latency_s = to_seconds(call_.turns[turn].start - end);
  }

  // The agent's first words, begun before our first turn was over, answer nothing.
  bool is_greeting(std::size_t turn) const {
    if (turn != 0) return false;
    for (std::size_t i = 0; i < measures_.user_turns.size(); ++i)
      if (utterance(i).sent && has_words(utterance(i))) return call_.turns[turn].start < voice_end(utterance(i));
    return true;
  }

  // What we went on with too soon is answered where that is.
  void fold(std::size_t i) {
    auto& entry = measures_.user_turns[i];
    if (entry.outcome != UserTurnOutcome::undecided || i + 1 >= measures_.user_turns.size()) return;
    const auto next = measures_.user_turns[i + 1].outcome;
    if (next == UserTurnOutcome::answered || next == UserTurnOutcome::overlapped || next == UserTurnOutcome::folded) {
      entry.outcome = UserTurnOutcome::folded;
      entry.agent_turn = measures_.user_turns[i + 1].agent_turn;
    } else if (next == UserTurnOutcome::held) {
      entry.outcome = UserTurnOutcome::held;
    }
  }

  void name_agent_turns() {
    for (auto& entry : measures_.agent_turns) {
      const auto answers = [&](const UserTurnEntry& user) { return user.outcome == UserTurnOutcome::answered && user.agent_turn == entry.turn; };
      if (std::ranges::any_of(measures_.user_turns, answers))
        entry.kind = AgentTurnKind::answer;
      else if (entry.turn > 0 && !spoken_between(call_.turns[entry.turn - 1].start, call_.turns[entry.turn].start))
        entry.kind = AgentTurnKind::re_prompt;
    }
  }

  bool spoken_between(Duration from, Duration until) const {
    for (std::size_t i = 0; i < measures_.user_turns.size(); ++i)
      if (const auto at = voice_start(utterance(i)); utterance(i).sent && has_words(utterance(i)) && at >= from && at < until) return true;
    return false;
  }

  const CallRecord& call_;
  VoiceMeasures& measures_;
};

}  // namespace

void keep_ledger(const CallRecord& call, VoiceMeasures& measures) { Ledger(call, measures).keep(); }

}  // namespace antiphon::voice
