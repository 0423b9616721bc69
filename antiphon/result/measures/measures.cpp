#include "antiphon/result/measures/measures.hpp"

#include <algorithm>

#include "antiphon/result/measures/spans.hpp"

namespace antiphon::voice {

namespace {

Figure count(double value, std::size_t n) { return {value, n}; }

}  // namespace

void measure_latency(const CallRecord& call, VoiceMeasures& measures) {
  for (const auto& entry : measures.user_turns) {
    if (entry.outcome != UserTurnOutcome::answered) continue;
    const auto& turn = call.turns[*entry.agent_turn];
    measures.latency.response.seconds.push_back(*entry.latency_s);
    measures.latency.first_audio.seconds.push_back(to_seconds(turn.received_start.value_or(turn.start) - voice_end(call.utterances[entry.utterance])));
  }
  const auto of = [&](UserTurnOutcome outcome) { return static_cast<double>(std::ranges::count(measures.user_turns, outcome, &UserTurnEntry::outcome)); };
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
  measures.figures["jitters"] = figure(static_cast<double>(delivery.jitters));
  measures.figures["under_runs"] = figure(static_cast<double>(delivery.under_runs));
  measures.figures["under_run_s"] = figure(to_seconds(delivery.under_run));
}

void measure_published(const CallRecord& call, VoiceMeasures& measures) {
  auto& figures = measures.figures;
  const auto& turns = measures.user_turns;
  const auto of = [&](UserTurnOutcome outcome) { return static_cast<std::size_t>(std::ranges::count(turns, outcome, &UserTurnEntry::outcome)); };
  const auto share = [](double part, std::size_t n) { return n > 0 ? std::optional(Figure{part / static_cast<double>(n), n}) : std::nullopt; };

  const auto responded = of(UserTurnOutcome::answered), silent_at_end = responded + of(UserTurnOutcome::held);
  figures["tau-voice/1.0 response_rate"] = share(static_cast<double>(responded), silent_at_end);
  const auto& interrupt = measures.latency.interrupt;
  figures["tau-voice/1.0 yield_rate"] = share(static_cast<double>(interrupt.seconds.size() - interrupt.censored), interrupt.seconds.size());
  const auto voices = joined(call.user_voiced);
  const auto over_ours = std::ranges::count_if(call.turns, [&](const AgentTurn& turn) {
    return std::ranges::any_of(voices, [&](const VoicedSpan& span) { return span.start <= turn.start && turn.start < span.end; });
  });
  figures["tau-voice/1.0 agent_interruption_rate"] = share(static_cast<double>(over_ours), turns.size());

  double scores = 0;
  for (const double stop : interrupt.seconds) scores += std::max(0.0, 1 - stop / 2);
  figures["eva/2026-08 yield_score"] = share(scores, interrupt.seconds.size());
}

VoiceMeasures measure(const CallRecord& call) {
  VoiceMeasures measures;
  keep_ledger(call, measures);
  measure_talk(call, measures);
  measure_latency(call, measures);
  measure_interruptions(call, measures);
  measure_delivery(call, measures);
  measure_published(call, measures);
  return measures;
}

}  // namespace antiphon::voice
