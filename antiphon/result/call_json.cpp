#include "antiphon/result/call_json.hpp"

#include "antiphon/base/text.hpp"
#include "antiphon/result/measures/measures.hpp"

namespace antiphon {

namespace {

void put(json::object& object, std::string_view key, const std::optional<Duration>& time) {
  if (time) object.emplace(key, to_seconds(*time));
}
void put(json::object& object, std::string_view key, const std::optional<std::size_t>& number) {
  if (number) object.emplace(key, *number);
}
void put(json::object& object, std::string_view key, const std::string& text) {
  if (!text.empty()) object.emplace(key, text);
}
void put(json::object& object, std::string_view key, bool flag) {
  if (flag) object.emplace(key, true);
}

template <class Item, class Convert>
json::array list(const std::vector<Item>& items, Convert convert) {
  json::array array;
  array.reserve(items.size());
  for (const auto& item : items) array.push_back(convert(item));
  return array;
}

json::array spans(const std::vector<VoicedSpan>& voiced) {
  return list(voiced, [](const VoicedSpan& span) { return json::array{to_seconds(span.start), to_seconds(span.end)}; });
}

json::object utterance_json(const UserUtterance& utterance) {
  json::object object{{"kind", to_string(utterance.kind)}, {"start_s", to_seconds(utterance.start)}, {"end_s", to_seconds(utterance.end)},
                      {"voiced", spans(utterance.voiced)}, {"expect", to_string(utterance.expect)},  {"sent", utterance.sent}};
  put(object, "text", utterance.text);
  put(object, "keys", utterance.keys);
  put(object, "message", utterance.message);
  return object;
}

json::object turn_json(const AgentTurn& turn) {
  json::object object{{"start_s", to_seconds(turn.start)},
                      {"end_s", to_seconds(turn.end)},
                      {"voiced", spans(turn.voiced)},
                      {"ending", to_string(turn.ending)},
                      {"transcript", turn.transcript}};
  put(object, "received_start_s", turn.received_start);
  if (turn.resumed > 0) object.emplace("resumed", turn.resumed);
  if (turn.told) object.emplace("told", *turn.told);
  put(object, "recognised", turn.recognised);
  put(object, "transcript_truncated", turn.transcript_truncated);
  put(object, "message", turn.message);
  return object;
}

json::object interruption_json(const Interruption& interruption) {
  json::object object{{"utterance", interruption.utterance}, {"outcome", interruption.outcome}};
  put(object, "intended_s", interruption.intended);
  put(object, "achieved_s", interruption.achieved);
  put(object, "agent_stopped_s", interruption.agent_stopped);
  put(object, "censored", interruption.censored);
  put(object, "native", interruption.native);
  if (!interruption.missed.empty()) object["missed"] = interruption.missed;
  return object;
}

json::object delivery_json(const Delivery& delivery) {
  return {{"audio_s", to_seconds(delivery.audio)},
          {"sending_s", to_seconds(delivery.sending)},
          {"longest_tail_s", to_seconds(delivery.longest_tail)},
          {"dropped_s", to_seconds(delivery.dropped)},
          {"frames", delivery.frames},
          {"jitters", delivery.jitters},
          {"jitter_s", to_seconds(delivery.jitter)},
          {"under_runs", delivery.under_runs},
          {"under_run_s", to_seconds(delivery.under_run)}};
}

json::object sound_json(const SideSound& sound) {
  json::object object{{"voiced_s", to_seconds(sound.voiced)},
                      {"clipped_s", to_seconds(sound.clipped)},
                      {"repeats", sound.repeats},
                      {"repeated_s", to_seconds(sound.repeated)},
                      {"keys", list(sound.keys, [](const HeardKey& key) {
                         return json::object{{"key", std::string(1, key.key)}, {"start_s", to_seconds(key.start)}, {"end_s", to_seconds(key.end)}};
                       })}};
  object["loudness_lufs"] = sound.loudness_lufs ? json::value(*sound.loudness_lufs) : json::value(nullptr);
  object["peak_dbfs"] = sound.peak_dbfs ? json::value(*sound.peak_dbfs) : json::value(nullptr);
  return object;
}

json::object claims_json(const AgentClaims& claims) {
  return {{"latencies", list(claims.latencies,
                             [](const LatencyClaim& claim) {
                               return json::object{{"name", claim.what}, {"seconds", to_seconds(claim.latency)}, {"time_s", to_seconds(claim.time)}};
                             })},
          {"understood", list(claims.understood, [](const auto& claim) { return json::object{{"time_s", to_seconds(claim.first)}, {"text", claim.second}}; })}};
}

json::object user_turn_json(const UserTurnEntry& entry) {
  json::object object{{"utterance", entry.utterance}, {"outcome", to_string(entry.outcome)}};
  put(object, "agent_turn", entry.agent_turn);
  if (entry.latency_s) object.emplace("latency_s", *entry.latency_s);
  if (entry.parts)
    object.emplace("parts", json::object{{"hold_s", entry.parts->hold},
                                         {"model_s", entry.parts->model},
                                         {"continuation_s", entry.parts->continuation},
                                         {"synthesis_s", entry.parts->synthesis}});
  put(object, "premature", entry.premature);
  return object;
}

json::value latency_json(const LatencyValues& values) {
  const auto summary = spoken_latency(values.seconds);
  if (!summary) return nullptr;
  const auto histogram = latency_histogram(values.seconds);
  return {{"n", summary->n},
          {"p50", summary->p50},
          {"p95", summary->p95},
          {"p99", summary->p99},
          {"max", summary->max},
          {"average", summary->average},
          {"censored", values.censored},
          {"histogram", json::array(histogram.begin(), histogram.end())},
          {"seconds", json::array(values.seconds.begin(), values.seconds.end())}};
}

}  // namespace

json::object to_json(const VoiceEvent& event) {
  json::object object{{"time", to_seconds(event.time)}, {"type", to_string(event.type)}};
  put(object, "name", event.name);
  if (!event.args.is_null()) object.emplace("args", event.args);
  if (!event.result.is_null()) object.emplace("result", event.result);
  put(object, "latency", event.latency);
  put(object, "received", event.received);
  if (!event.metadata.empty()) object.emplace("metadata", event.metadata);
  return object;
}

json::object to_json(const CallRecord& call) {
  return {{"adapter", call.adapter},
          {"detector", call.detector},
          {"recogniser", call.recogniser},
          {"vocabulary", call.primed ? "primed" : "open"},
          {"oov_rate", call.oov_rate ? json::value(*call.oov_rate) : json::value(nullptr)},
          {"voice", call.voice},
          {"duration_s", to_seconds(call.duration)},
          {"utterances", list(call.utterances, utterance_json)},
          {"turns", list(call.turns, turn_json)},
          {"user_voiced", spans(call.user_voiced)},
          {"agent_voiced", spans(call.agent_voiced)},
          {"events", list(call.events, [](const VoiceEvent& event) { return to_json(event); })},
          {"interruptions", list(call.interruptions, interruption_json)},
          {"delivery", delivery_json(call.delivery)},
          {"claims", claims_json(call.claims)},
          {"user_sound", call.user_sound ? json::value(sound_json(*call.user_sound)) : json::value(nullptr)},
          {"agent_sound", call.agent_sound ? json::value(sound_json(*call.agent_sound)) : json::value(nullptr)},
          {"agent_closed", call.agent_closed},
          {"tail_silence_s", to_seconds(call.tail_silence)}};
}

json::object to_json(const VoiceMeasures& measures) {
  json::object figures;
  for (const auto& [name, figure] : measures.figures)
    figures.emplace(name, figure ? json::value{{"value", figure->value}, {"n", figure->n}} : json::value(nullptr));
  return {{"user_turns", list(measures.user_turns, user_turn_json)},
          {"agent_turns",
           list(measures.agent_turns, [](const AgentTurnEntry& entry) { return json::object{{"turn", entry.turn}, {"kind", to_string(entry.kind)}}; })},
          {"response", latency_json(measures.latency.response)},
          {"first_audio", latency_json(measures.latency.first_audio)},
          {"interrupt", latency_json(measures.latency.interrupt)},
          {"figures", std::move(figures)}};
}

json::object voice_json(const CallRecord& call) { return {{"call", to_json(call)}, {"measures", to_json(voice::measure(call))}}; }

}  // namespace antiphon
