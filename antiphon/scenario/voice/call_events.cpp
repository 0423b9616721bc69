#include "antiphon/scenario/voice/call_events.hpp"

#include <algorithm>
#include <map>

namespace antiphon::voice {

namespace {

using namespace std::chrono_literals;

constexpr auto told_apart = 20ms;  // received and heard

bool is_speech(const UserUtterance& utterance) { return utterance.sent && !utterance.voiced.empty() && utterance.kind != UtteranceKind::dtmf; }

void add_user(const UserUtterance& utterance, std::vector<VoiceEvent>& events) {
  if (!utterance.sent) return;
  if (utterance.kind == UtteranceKind::dtmf) events.push_back({.time = utterance.start, .type = VoiceEventType::dtmf, .metadata = {{"keys", utterance.keys}}});
  if (utterance.kind == UtteranceKind::silence)
    events.push_back({.time = utterance.start,
                      .type = VoiceEventType::silence,
                      .metadata = {{"duration", std::chrono::duration<double>(utterance.end - utterance.start).count()}}});
  if (!is_speech(utterance)) return;
  json::object metadata;
  if (utterance.kind != UtteranceKind::speech) metadata["kind"] = to_string(utterance.kind);
  if (utterance.expect == Expectation::ignore) metadata["expect"] = to_string(utterance.expect);
  events.push_back({.time = utterance.voiced.front().start, .type = VoiceEventType::user_start_speaking, .metadata = metadata});
  events.push_back({.time = utterance.voiced.back().end, .type = VoiceEventType::user_stop_speaking, .metadata = std::move(metadata)});
}

void add_agent(const AgentTurn& turn, std::vector<VoiceEvent>& events) {
  if (turn.voiced.empty()) return;
  VoiceEvent start{.time = turn.start, .type = VoiceEventType::agent_start_speaking};
  if (turn.received_start && turn.start - *turn.received_start > told_apart) start.received = turn.received_start;
  events.push_back(std::move(start));
  VoiceEvent stop{.time = turn.end, .type = VoiceEventType::agent_stop_speaking};
  if (turn.transcript_truncated) stop.metadata["truncated"] = true;
  events.push_back(std::move(stop));
}

}  // namespace

std::vector<VoiceEvent> user_events(const UserUtterance& utterance) {
  std::vector<VoiceEvent> events;
  add_user(utterance, events);
  return events;
}

std::vector<VoiceEvent> agent_events(const AgentTurn& turn) {
  std::vector<VoiceEvent> events;
  add_agent(turn, events);
  return events;
}

namespace {

// A latency belongs to the first start after a stop of ours that asked for an answer.
void add_latencies(std::vector<VoiceEvent>& events) {
  std::optional<Duration> stopped;
  for (auto& event : events) {
    if (event.type == VoiceEventType::user_stop_speaking && !event.metadata.contains("source") && !event.metadata.contains("expect")) stopped = event.time;
    if (event.type == VoiceEventType::agent_start_speaking && stopped) event.latency = event.time - *std::exchange(stopped, std::nullopt);
  }
}

}  // namespace

std::vector<VoiceEvent> events_of(const CallRecord& call, std::vector<VoiceEvent> events) {
  for (const auto& utterance : call.utterances) add_user(utterance, events);
  for (const auto& turn : call.turns) add_agent(turn, events);
  for (const auto& key : call.agent_sound.value_or(SideSound{}).keys)
    events.push_back({.time = key.start, .type = VoiceEventType::dtmf, .metadata = {{"keys", std::string(1, key.key)}, {"source", "agent"}}});
  std::multimap<Duration, VoiceEvent> in_order;  // of equal times, in the order in which they were told
  for (auto& event : events) in_order.emplace(event.time, std::move(event));
  events.clear();
  for (auto& [time, event] : in_order) events.push_back(std::move(event));
  add_latencies(events);
  return events;
}

namespace {

/// When speech that goes on around `at` has stopped for good; nullopt: nobody spoke then.
std::optional<Duration> end_of_speech(const std::vector<VoicedSpan>& spans, Duration at) {
  auto span = std::upper_bound(spans.begin(), spans.end(), at, [](Duration time, const VoicedSpan& each) { return time < each.start; });
  if (span == spans.begin()) return std::nullopt;
  auto end = std::prev(span)->end;
  if (end + stop_silence < at) return std::nullopt;
  for (; span != spans.end() && span->start - end < stop_silence; ++span) end = span->end;
  return std::max(end, at);
}

}  // namespace

void settle_interruptions(CallRecord& call) {
  for (auto& cut : call.interruptions) {
    if (!cut.achieved) continue;
    cut.agent_stopped = end_of_speech(call.agent_voiced, *cut.achieved);
    cut.censored = cut.agent_stopped && *cut.agent_stopped - *cut.achieved > stop_window;
    if (cut.censored) cut.agent_stopped = *cut.achieved + stop_window;
  }
}

}  // namespace antiphon::voice
