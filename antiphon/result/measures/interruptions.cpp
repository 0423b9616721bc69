#include <algorithm>

#include "antiphon/result/measures/measures.hpp"
#include "antiphon/result/measures/spans.hpp"

namespace antiphon::voice {

namespace {

constexpr auto false_stop_within = std::chrono::seconds(1);

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

void measure_interruptions(const CallRecord& call, VoiceMeasures& measures) {
  auto& interrupt = measures.latency.interrupt;
  for (const auto& interruption : call.interruptions) {
    if (!interruption.achieved) continue;
    const bool stopped = interruption.agent_stopped && !interruption.censored && *interruption.agent_stopped - *interruption.achieved <= stop_window;
    interrupt.seconds.push_back(to_seconds(stopped ? *interruption.agent_stopped - *interruption.achieved : stop_window));
    if (!stopped) ++interrupt.censored;
  }
  const auto n = interrupt.seconds.size();
  measures.figures["missed_interruptions"] = n > 0 ? std::optional(Figure{static_cast<double>(interrupt.censored), n}) : std::nullopt;

  const auto agent = joined(call.agent_voiced);
  std::size_t over_speech = 0, stops = 0;
  for (const auto& utterance : call.utterances) {
    const auto at = voice_start(utterance);
    if (!is_noise(utterance) || !span_at(agent, at)) continue;
    ++over_speech;
    if (stop_after(agent, at) - at <= false_stop_within) ++stops;
  }
  measures.figures["false_interruptions"] = over_speech > 0 ? std::optional(Figure{static_cast<double>(stops), over_speech}) : std::nullopt;
}

}  // namespace antiphon::voice
