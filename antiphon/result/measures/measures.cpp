#include "antiphon/result/measures/measures.hpp"

#include <algorithm>

#include "antiphon/result/measures/spans.hpp"

namespace antiphon::voice {

namespace {

Figure count(double value, std::size_t n) { return {value, n}; }

}  // namespace

void measure_latency(const CallRecord& call, VoiceMeasures& measures) {
  for (const auto& entry : measures.user_turns) {
    if (entry.outcome != UserTurnOutcome::answered || entry.premature) continue;
    const auto& turn = call.turns[*entry.agent_turn];
    measures.latency.response.seconds.push_back(*entry.latency_s);
    measures.latency.first_audio.seconds.push_back(to_seconds(turn.received_start.value_or(turn.start) - voice_end(call.utterances[entry.utterance])));
  }
  const auto of = [&](UserTurnOutcome outcome) {
    return static_cast<double>(
        std::ranges::count_if(measures.user_turns, [outcome](const UserTurnEntry& entry) { return entry.outcome == outcome && !entry.premature; }));
  };
  const double decided = of(UserTurnOutcome::answered) + of(UserTurnOutcome::overlapped) + of(UserTurnOutcome::folded) + of(UserTurnOutcome::held);
  const auto n = static_cast<std::size_t>(decided);
  measures.figures["unanswered"] = n > 0 ? std::optional(count(of(UserTurnOutcome::held), n)) : std::nullopt;
  const auto premature = std::ranges::count(measures.user_turns, true, &UserTurnEntry::premature);
  measures.figures["premature_turns_of_ours"] =
      measures.user_turns.empty() ? std::nullopt : std::optional(count(static_cast<double>(premature), measures.user_turns.size()));
}

void measure_delivery(const CallRecord& call, VoiceMeasures& measures) {
  const auto& delivery = call.delivery;
  const auto figure = [&](double value) { return delivery.frames > 0 ? std::optional(Figure{value, delivery.frames}) : std::nullopt; };
  measures.figures["delivery_ratio"] = delivery.sending > Duration{0} ? figure(to_seconds(delivery.audio) / to_seconds(delivery.sending)) : std::nullopt;
  measures.figures["longest_tail_s"] = figure(to_seconds(delivery.longest_tail));
  measures.figures["late_frames"] = figure(static_cast<double>(delivery.jitters + delivery.under_runs));
  measures.figures["jitters"] = figure(static_cast<double>(delivery.jitters));
  measures.figures["under_runs"] = figure(static_cast<double>(delivery.under_runs));
  measures.figures["under_run_s"] = figure(to_seconds(delivery.under_run));
}

VoiceMeasures measure(const CallRecord& call) {
  VoiceMeasures measures;
  keep_ledger(call, measures);
  measure_talk(call, measures);
  measure_latency(call, measures);
  measure_interruptions(call, measures);
  measure_delivery(call, measures);
  measure_parts(call, measures);
  measure_understanding(call, measures);
  measure_sides(call, measures);
  measure_published(call, measures);
  return measures;
}

}  // namespace antiphon::voice
