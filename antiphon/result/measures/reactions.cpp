#include <algorithm>

#include "antiphon/result/measures/measures.hpp"
#include "antiphon/result/measures/spans.hpp"

namespace antiphon::voice {

namespace {

constexpr auto quick_answer = std::chrono::seconds(2);  // of what asks for none (τ-voice)

Duration listened_after(const CallRecord& call, const UserUtterance& said) {
  auto until = call.duration;
  for (const auto& utterance : call.utterances)
    if (utterance.sent && utterance.start >= said.end) until = std::min(until, utterance.start);
  return std::max(Duration::zero(), until - voice_end(said));
}

bool answers_another(const VoiceMeasures& measures, std::size_t turn) {
  return std::ranges::any_of(measures.user_turns, [&](const UserTurnEntry& entry) { return entry.agent_turn == turn; });
}

}  // namespace

std::optional<bool> Reaction::ignored() const {
  if (spoke_on && *spoke_on > quick_stop) return true;
  if (spoke_on) return said_all || cut_off ? std::nullopt : std::optional(false);
  if (answered_after && *answered_after <= quick_answer) return false;
  return listened >= quick_answer ? std::optional(true) : std::nullopt;
}

Reaction reaction_to(const CallRecord& call, const VoiceMeasures& measures, std::size_t utterance) {
  const auto& said = call.utterances[utterance];
  const auto at = voice_start(said), end = voice_end(said);
  Reaction reaction{.spoke_on = spoke_on(call, said), .listened = listened_after(call, said)};
  bool known = !reaction.spoke_on || call.agent_closed || at + *reaction.spoke_on + stop_silence <= call.duration;
  for (std::size_t i = 0; i < call.turns.size(); ++i) {
    const auto& turn = call.turns[i];
    if (turn.start < at && at < turn.end) {
      reaction.said_all |= turn.ending == TurnEnding::signal;
      known |= turn.ending == TurnEnding::cleared;
    }
    if (turn.start >= at && turn.start - end <= reaction.listened && !answers_another(measures, i) && !reaction.answered_after)
      reaction.answered_after = turn.start - end;
  }
  reaction.cut_off = !known;
  return reaction;
}

}  // namespace antiphon::voice
