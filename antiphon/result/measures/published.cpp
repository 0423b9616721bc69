#include <algorithm>

#include "antiphon/base/text.hpp"
#include "antiphon/result/measures/figures.hpp"
#include "antiphon/result/measures/measures.hpp"
#include "antiphon/result/measures/spans.hpp"

// What others publish, computed from our record (docs/metrics.md names their sources and where they leave something open).

namespace antiphon::voice {

namespace {

using Figures = std::map<std::string, std::optional<Figure>>;

std::optional<Figure> scaled(const std::optional<Figure>& figure, double by) {
  return figure ? std::optional(Figure{figure->value * by, figure->n}) : std::nullopt;
}

// --- τ-voice: sierra-research/tau2-bench v1.0.1 ---------------------------------------------------------------------------------------------

enum class Sound { backchannel, vocal_tic, non_directed };

// Whoever is several of these is the first.
std::optional<Sound> sound_of(const UserUtterance& utterance) {
  if (!utterance.sent || utterance.voiced.empty()) return std::nullopt;
  if (utterance.kind == UtteranceKind::backchannel) return Sound::backchannel;
  if (utterance.kind == UtteranceKind::hesitation) return Sound::vocal_tic;
  return utterance.expect == Expectation::ignore ? std::optional(Sound::non_directed) : std::nullopt;
}

std::optional<Figure> selectivity(const CallRecord& call, const VoiceMeasures& measures, Sound sound) {
  std::size_t right = 0, n = 0;
  for (std::size_t i = 0; i < call.utterances.size(); ++i) {
    if (sound_of(call.utterances[i]) != sound) continue;
    const auto ignored = reaction_to(call, measures, i).ignored();
    if (!ignored) continue;
    ++n, right += *ignored ? 1 : 0;
  }
  return share(static_cast<double>(right), n);
}

void tau_voice(const CallRecord& call, const VoiceMeasures& measures, Figures& figures) {
  const auto responded = turns_that(measures, UserTurnOutcome::answered), silent_at_end = responded + turns_that(measures, UserTurnOutcome::held);
  figures["tau-voice/1.0 response_rate"] = share(static_cast<double>(responded), silent_at_end);
  figures["tau-voice/1.0 response_latency_s"] = mean(measures.latency.response.seconds);
  const auto& interrupt = measures.latency.interrupt;
  figures["tau-voice/1.0 yield_rate"] = share(static_cast<double>(interrupt.seconds.size() - interrupt.censored), interrupt.seconds.size());
  std::vector<double> yields;
  for (const auto& cut_in : call.interruptions)
    if (const auto stop = stop_of(cut_in); stop && !stop->censored) yields.push_back(to_seconds(stop->after));
  figures["tau-voice/1.0 yield_latency_s"] = mean(yields);
  const auto voices = joined(call.user_voiced);
  const auto over_ours = std::ranges::count_if(call.turns, [&](const AgentTurn& turn) {
    return std::ranges::any_of(voices, [&](const VoicedSpan& span) { return span.start <= turn.start && turn.start < span.end; });
  });
  figures["tau-voice/1.0 agent_interruption_rate"] = share(static_cast<double>(over_ours), measures.user_turns.size());
  figures["tau-voice/1.0 selectivity_backchannel"] = selectivity(call, measures, Sound::backchannel);
  figures["tau-voice/1.0 selectivity_vocal_tic"] = selectivity(call, measures, Sound::vocal_tic);
  figures["tau-voice/1.0 selectivity_non_directed"] = selectivity(call, measures, Sound::non_directed);
}

// --- EVA-Bench: ServiceNow/eva, 2026-08 -----------------------------------------------------------------------------------------------------

// 0 at −0.5 s, 1 from 0.5 s to `good`, 0 again at `late`.
double eva_curve(double latency_s, double good, double late) {
  if (latency_s < 0.5) return std::clamp(latency_s + 0.5, 0.0, 1.0);
  return latency_s <= good ? 1 : std::clamp((late - latency_s) / (late - good), 0.0, 1.0);
}

bool calls_tool_between(const CallRecord& call, Duration from, Duration until) {
  return std::ranges::any_of(call.events,
                             [&](const VoiceEvent& event) { return event.type == VoiceEventType::tool_call && event.time >= from && event.time <= until; });
}

// Turns that the agent interrupts have a formula of their own; one that it misses counts as 0.
std::optional<Figure> eva_latency_score(const CallRecord& call, const VoiceMeasures& measures) {
  std::vector<double> scores;
  for (const auto& entry : measures.user_turns) {
    if (entry.outcome == UserTurnOutcome::held) scores.push_back(0);
    if (entry.outcome != UserTurnOutcome::answered) continue;
    const bool tools = calls_tool_between(call, voice_end(call.utterances[entry.utterance]), call.turns[*entry.agent_turn].start);
    scores.push_back(tools ? eva_curve(*entry.latency_s, 3, 5) : eva_curve(*entry.latency_s, 2, 3.5));
  }
  return mean(scores);
}

void eva(const CallRecord& call, const VoiceMeasures& measures, Figures& figures) {
  std::vector<double> yields;
  for (const double stop : measures.latency.interrupt.seconds) yields.push_back(std::max(0.0, 1 - stop / 2));
  figures["eva/2026-08 yield_score"] = mean(yields);
  figures["eva/2026-08 latency_score"] = eva_latency_score(call, measures);
}

// --- LiveKit: JobMetrics of livekit/protocol, 2026-08 ---------------------------------------------------------------------------------------

void livekit(const CallRecord& call, const VoiceMeasures& measures, Figures& figures) {
  const auto put = [&](const std::string& name, std::optional<Figure> figure) { figures["livekit/2026-08 " + name] = figure; };
  std::vector<double> heard;
  for (const auto& entry : measures.user_turns)
    if (entry.outcome == UserTurnOutcome::answered || entry.outcome == UserTurnOutcome::overlapped) heard.push_back(*entry.latency_s * 1000);
  const auto latency = spoken_latency(heard);
  const auto of = [&](double Latency::* which) { return latency ? std::optional(Figure{*latency.*which, latency->n}) : std::nullopt; };
  put("heard_e2e_latency_p50_ms", of(&Latency::p50)), put("heard_e2e_latency_p95_ms", of(&Latency::p95)), put("heard_e2e_latency_p99_ms", of(&Latency::p99));
  put("e2e_latency_ms", scaled(figures["claimed_response_s"], 1000));
  put("time_to_yield_ms", scaled(mean(measures.latency.interrupt.seconds), 1000));
  put("eot_misprediction_count", figures["agent_interrupts_user"]);
  put("unanswered_turns", figures["unanswered"]);
  put("false_interruption_count", figures["false_interruptions"]);

  auto anybody = call.user_voiced;
  anybody.insert(anybody.end(), call.agent_voiced.begin(), call.agent_voiced.end());
  const double speech = to_seconds(total(anybody));
  const auto overlap = figures["overlap_s"];
  const auto spans = joined(anybody).size();
  put("total_speech_ms", speech > 0 ? std::optional(Figure{speech * 1000, spans}) : std::nullopt);
  put("overlap_speech_ms", scaled(overlap, 1000));
  put("overlap_ratio", overlap && speech > 0 ? std::optional(Figure{overlap->value / speech, overlap->n}) : std::nullopt);
  const auto dead_air = figures["dead_air_s"];
  put("awkward_silence_count", dead_air ? std::optional(Figure{static_cast<double>(dead_air->n), dead_air->n}) : std::nullopt);
  put("stt_wer", figures["agent_word_error_rate"]), put("stt_entity_recognition", figures["agent_entity_accuracy"]);
  put("tts_wer", figures["user_word_error_rate"]), put("tts_entity_recognition", figures["user_entity_accuracy"]);
}

// --- Full-Duplex-Bench, code of 2026-04 -----------------------------------------------------------------------------------------------------

// Speech with its short pauses closed.
Spans merged(const Spans& spans, Duration pause) {
  Spans result;
  for (const auto& span : joined(spans)) {
    if (!result.empty() && span.start - result.back().end <= pause)
      result.back().end = span.end;
    else
      result.push_back(span);
  }
  return result;
}

// Who speaks for a second or says more than three words has taken the floor.
bool takes_over(const AgentTurn& turn) { return total(turn.voiced) >= std::chrono::seconds(1) || count_words(turn.transcript) > 3; }

std::optional<Figure> takeover_rate(const CallRecord& call, const VoiceMeasures& measures, bool of_interruptions) {
  std::size_t taken = 0, n = 0;
  for (const auto& entry : measures.user_turns) {
    const bool counts = entry.outcome == UserTurnOutcome::answered || entry.outcome == UserTurnOutcome::held;
    if (!counts || (call.utterances[entry.utterance].kind == UtteranceKind::interruption) != of_interruptions) continue;
    ++n;
    if (entry.outcome == UserTurnOutcome::answered && takes_over(call.turns[*entry.agent_turn])) ++taken;
  }
  return share(static_cast<double>(taken), n);
}

// Pauses inside what we say: the agent should not take them for its end.
std::optional<Figure> pause_takeover_rate(const CallRecord& call, const VoiceMeasures& measures) {
  std::size_t taken = 0, n = 0;
  for (const auto& entry : measures.user_turns) {
    const auto& utterance = call.utterances[entry.utterance];
    if (!utterance.sent || utterance.voiced.size() < 2) continue;
    ++n;
    const auto begins_inside = [&](const AgentTurn& turn) {
      return turn.start > voice_start(utterance) && turn.start < voice_end(utterance) && takes_over(turn);
    };
    if (std::ranges::any_of(call.turns, begins_inside)) ++taken;
  }
  return share(static_cast<double>(taken), n);
}

void full_duplex_bench(const CallRecord& call, const VoiceMeasures& measures, Figures& figures) {
  figures["full-duplex-bench/1.0 takeover_rate"] = takeover_rate(call, measures, false);
  figures["full-duplex-bench/1.0 interruption_takeover_rate"] = takeover_rate(call, measures, true);
  figures["full-duplex-bench/1.0 pause_takeover_rate"] = pause_takeover_rate(call, measures);
  const auto ours = merged(call.user_voiced, std::chrono::milliseconds(600)), theirs = merged(call.agent_voiced, std::chrono::milliseconds(500));
  std::vector<double> stops, responses;
  for (const auto& overlap : common(ours, theirs)) stops.push_back(to_seconds(overlap.end - overlap.start));
  for (const auto& said : ours) {
    const auto next = std::ranges::find_if(theirs, [&](const VoicedSpan& span) { return span.start >= said.end; });
    if (next != theirs.end()) responses.push_back(to_seconds(next->start - said.end));
  }
  figures["full-duplex-bench/1.5 stop_latency_s"] = mean(stops);
  figures["full-duplex-bench/1.5 response_latency_s"] = mean(responses);
}

}  // namespace

void measure_published(const CallRecord& call, VoiceMeasures& measures) {
  auto& figures = measures.figures;
  tau_voice(call, measures, figures);
  eva(call, measures, figures);
  livekit(call, measures, figures);
  full_duplex_bench(call, measures, figures);
}

}  // namespace antiphon::voice
