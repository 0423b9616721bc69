#include <algorithm>

#include "antiphon/result/measures/measures.hpp"
#include "antiphon/result/measures/spans.hpp"

namespace antiphon::voice {

namespace {

class Waits {
 public:
  Waits(const CallRecord& call, const VoiceMeasures& measures) : call_(call), measures_(measures) {}

  bool is_the_agents(const VoicedSpan& silence) const {
    if (const auto* asked = last_turn_before(silence.start)) return !answers_between(voice_start(*asked), silence.start) || is_inside_a_turn(silence);
    return is_inside_a_turn(silence) || (silence.start == Duration::zero() && opens_the_call(silence.end));
  }

 private:
  const UserUtterance* last_turn_before(Duration at) const {
    const UserUtterance* last = nullptr;
    for (const auto& entry : measures_.user_turns) {
      if (entry.outcome == UserTurnOutcome::not_sent || entry.outcome == UserTurnOutcome::silent || entry.premature) continue;
      const auto& utterance = call_.utterances[entry.utterance];
      if (voice_end(utterance) <= at) last = &utterance;
    }
    return last;
  }
  // What was voiced already when our user began answers nothing.
  bool answers_between(Duration from, Duration until) const {
    return std::ranges::any_of(call_.turns, [&](const AgentTurn& turn) { return turn.start >= from && turn.start < until; });
  }
  bool is_inside_a_turn(const VoicedSpan& silence) const {
    return std::ranges::any_of(call_.turns, [&](const AgentTurn& turn) { return turn.start < silence.start && silence.end < turn.end; });
  }
  bool opens_the_call(Duration at) const {
    return std::ranges::any_of(call_.turns, [&](const AgentTurn& turn) { return turn.start == at; });
  }

  const CallRecord& call_;
  const VoiceMeasures& measures_;
};

}  // namespace

Spans silences_of(const CallRecord& call) {
  auto voices = call.user_voiced;
  voices.insert(voices.end(), call.agent_voiced.begin(), call.agent_voiced.end());
  for (const auto& utterance : call.utterances)
    if (utterance.kind == UtteranceKind::dtmf && utterance.sent) voices.push_back({utterance.start, utterance.end});
  return gaps(voices, call.duration);
}

Spans waits(const CallRecord& call, const VoiceMeasures& measures) {
  const Waits found(call, measures);
  auto silences = silences_of(call);
  std::erase_if(silences, [&](const VoicedSpan& silence) { return !found.is_the_agents(silence); });
  return silences;
}

}  // namespace antiphon::voice
