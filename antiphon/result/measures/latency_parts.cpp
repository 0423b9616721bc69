#include <algorithm>

#include "antiphon/base/text.hpp"
#include "antiphon/result/measures/figures.hpp"
#include "antiphon/result/measures/measures.hpp"
#include "antiphon/result/measures/spans.hpp"

namespace antiphon::voice {

namespace {

/// What is known of one answer, from our last voiced sample to its first.
class Answer {
 public:
  Answer(const CallRecord& call, Duration asked, Duration heard) : call_(call), asked_(asked), heard_(heard) {}

  std::optional<LatencyParts> parts() const {
    const auto decided = decided_at();
    const auto spoken = decided ? first_claim("tts", *decided) : std::nullopt;
    if (!spoken) return std::nullopt;
    const auto tool = first_tool_call(*decided, *spoken);
    return LatencyParts{.hold = to_seconds(*decided - asked_),
                        .model = to_seconds(tool.value_or(*spoken) - *decided),
                        .continuation = tool ? to_seconds(*spoken - *tool) : 0,
                        .synthesis = to_seconds(heard_ - *spoken)};
  }

 private:
  bool is_within(Duration at) const { return asked_ <= at && at <= heard_; }

  // Its own detector's word, else when it began to recognise what was said, else when it had done so.
  std::optional<Duration> decided_at() const {
    for (const auto& event : call_.events)
      if (event.type == VoiceEventType::user_stop_speaking && find_string(event.metadata, "source") == "agent" && is_within(event.time)) return event.time;
    if (const auto recognising = first_claim("asr", asked_)) return recognising;
    for (const auto& [time, text] : call_.claims.understood)
      if (is_within(time)) return time;
    return std::nullopt;
  }

  // When what the claim is about began: a claim that comes when it is over tells that.
  std::optional<Duration> first_claim(std::string_view what, Duration from) const {
    for (const auto& claim : call_.claims.latencies)
      if (claim.what == what && is_within(claim.time) && claim.time - claim.latency >= from) return claim.time - claim.latency;
    return std::nullopt;
  }

  std::optional<Duration> first_tool_call(Duration from, Duration until) const {
    for (const auto& event : call_.events)
      if (event.type == VoiceEventType::tool_call && event.time >= from && event.time < until) return event.time;
    return std::nullopt;
  }

  const CallRecord& call_;
  Duration asked_, heard_;
};

// The claim belongs to the turn that was over last when it came, if that was answered.
const UserTurnEntry* claimed_of(const CallRecord& call, const VoiceMeasures& measures, Duration time) {
  const UserTurnEntry* last = nullptr;
  for (const auto& entry : measures.user_turns)
    if (call.utterances[entry.utterance].sent && voice_end(call.utterances[entry.utterance]) <= time) last = &entry;
  return last && last->outcome == UserTurnOutcome::answered ? last : nullptr;
}

void measure_claims(const CallRecord& call, VoiceMeasures& measures) {
  std::vector<double> claimed, more;
  for (const auto& claim : call.claims.latencies) {
    const auto* turn = claim.what == "response" ? claimed_of(call, measures, claim.time) : nullptr;
    if (!turn) continue;
    claimed.push_back(to_seconds(claim.latency));
    more.push_back(*turn->latency_s - claimed.back());
  }
  measures.figures["claimed_response_s"] = mean(claimed);
  measures.figures["heard_over_claimed_s"] = mean(more);
}

}  // namespace

void measure_parts(const CallRecord& call, VoiceMeasures& measures) {
  std::vector<double> hold, model, continuation, synthesis;
  for (auto& entry : measures.user_turns) {
    if (entry.outcome != UserTurnOutcome::answered) continue;
    entry.parts = Answer(call, voice_end(call.utterances[entry.utterance]), call.turns[*entry.agent_turn].start).parts();
    if (!entry.parts) continue;
    hold.push_back(entry.parts->hold), model.push_back(entry.parts->model);
    continuation.push_back(entry.parts->continuation), synthesis.push_back(entry.parts->synthesis);
  }
  measures.figures["hold_s"] = mean(hold), measures.figures["model_s"] = mean(model);
  measures.figures["continuation_s"] = mean(continuation), measures.figures["synthesis_s"] = mean(synthesis);
  measure_claims(call, measures);
}

}  // namespace antiphon::voice
