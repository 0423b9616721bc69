#include <algorithm>

#include "antiphon/result/measures/measures.hpp"
#include "antiphon/result/measures/spans.hpp"

namespace antiphon::voice {

namespace {

const VoicedSpan* span_at(const Spans& spans, Duration at) {
  const auto found = std::ranges::find_if(spans, [&](const VoicedSpan& span) { return span.start < at && at < span.end; });
  return found == spans.end() ? nullptr : &*found;
}

// The end of the voice that is on at `at`, gaps between sentences included.
Duration stop_after(const Spans& agent, Duration at) {
  auto end = at;
  for (const auto& span : agent) {
    if (span.end <= at) continue;
    if (span.start > end + stop_silence) break;
    end = std::max(end, span.end);
  }
  return end;
}

bool is_noise(const UserUtterance& utterance) {
  return utterance.sent && !utterance.voiced.empty() && (utterance.expect == Expectation::ignore || utterance.kind == UtteranceKind::backchannel);
}

}  // namespace

std::optional<CutInStop> stop_of(const Interruption& interruption) {
  if (!interruption.achieved || !interruption.agent_stopped) return std::nullopt;
  const auto after = *interruption.agent_stopped - *interruption.achieved;
  if (interruption.censored || after > stop_window) return CutInStop{.after = stop_window, .censored = true};
  return CutInStop{.after = after};
}

bool is_on_time(const Interruption& interruption) {
  return !interruption.achieved || !interruption.intended || std::chrono::abs(*interruption.achieved - *interruption.intended) <= cut_in_tolerance;
}

std::optional<Duration> spoke_on(const CallRecord& call, const UserUtterance& utterance) {
  const auto agent = joined(call.agent_voiced);
  const auto at = voice_start(utterance);
  return span_at(agent, at) ? std::optional(stop_after(agent, at) - at) : std::nullopt;
}

void measure_interruptions(const CallRecord& call, VoiceMeasures& measures) {
  auto& interrupt = measures.latency.interrupt;
  for (const auto& interruption : call.interruptions) {
    const auto stop = stop_of(interruption);
    if (!stop) continue;
    interrupt.seconds.push_back(to_seconds(stop->after));
    if (stop->censored) ++interrupt.censored;
  }
  const auto n = interrupt.seconds.size();
  measures.figures["missed_interruptions"] = n > 0 ? std::optional(Figure{static_cast<double>(interrupt.censored), n}) : std::nullopt;

  std::size_t over_speech = 0, stops = 0;
  for (std::size_t i = 0; i < call.utterances.size(); ++i) {
    if (!is_noise(call.utterances[i])) continue;
    const auto came = reaction_to(call, measures, i);
    const auto ignored = came.spoke_on ? came.ignored() : std::nullopt;
    if (!ignored) continue;
    ++over_speech;
    if (!*ignored) ++stops;
  }
  measures.figures["false_interruptions"] = over_speech > 0 ? std::optional(Figure{static_cast<double>(stops), over_speech}) : std::nullopt;
}

}  // namespace antiphon::voice
