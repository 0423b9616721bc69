#include <cmath>

#include "antiphon/result/call_json.hpp"
#include "antiphon/result/result_place.hpp"

namespace antiphon {

namespace {

Duration read_time(const Place& place) {
  constexpr double most_s = 1e7;  // to the nanosecond exact in a double, and far beyond any call
  const double seconds = place.number();
  if (!(std::abs(seconds) <= most_s)) place.refuse("is no time of a call");
  return Duration(std::llround(seconds * 1e9));
}
std::optional<Duration> maybe_time(const Place& place, std::string_view key) {
  const auto member = place.maybe(key);
  return member ? std::optional(read_time(*member)) : std::nullopt;
}
std::optional<std::size_t> maybe_index(const Place& place, std::string_view key) {
  const auto member = place.maybe(key);
  return member ? std::optional(member->integer<std::size_t>()) : std::nullopt;
}
std::string maybe_text(const Place& place, std::string_view key) {
  const auto member = place.maybe(key);
  return member ? member->text() : std::string();
}
std::optional<double> maybe_number(const Place& place, std::string_view key) {
  const auto member = place.maybe(key);
  return member ? std::optional(member->number()) : std::nullopt;
}
bool flag(const Place& place, std::string_view key) {
  const auto member = place.maybe(key);
  return member && member->boolean();
}

// One of the words of an enumeration that ends with `last`.
template <class Enum>
Enum read_word(const Place& place, Enum last) {
  const auto word = place.text();
  for (int i = 0; i <= static_cast<int>(last); ++i)
    if (to_string(static_cast<Enum>(i)) == word) return static_cast<Enum>(i);
  place.refuse("is " + quote(word) + ", which is none of its words");
}

std::vector<VoicedSpan> read_spans(const Place& place) {
  std::vector<VoicedSpan> spans;
  place.each([&](const Place& item) {
    std::vector<Duration> edges;
    item.each([&](const Place& edge) { edges.push_back(read_time(edge)); });
    if (edges.size() != 2) item.refuse("is no pair of times");
    spans.push_back({edges[0], edges[1]});
  });
  return spans;
}

UserUtterance read_utterance(const Place& place) {
  return {.kind = read_word(place.at("kind"), UtteranceKind::silence),
          .text = maybe_text(place, "text"),
          .keys = maybe_text(place, "keys"),
          .start = read_time(place.at("start_s")),
          .end = read_time(place.at("end_s")),
          .voiced = read_spans(place.at("voiced")),
          .expect = read_word(place.at("expect"), Expectation::ignore),
          .message = maybe_index(place, "message"),
          .sent = place.at("sent").boolean()};
}

AgentTurn read_turn(const Place& place) {
  const auto resumed = place.maybe("resumed");
  return {.start = read_time(place.at("start_s")),
          .end = read_time(place.at("end_s")),
          .received_start = maybe_time(place, "received_start_s"),
          .voiced = read_spans(place.at("voiced")),
          .ending = read_word(place.at("ending"), TurnEnding::open),
          .resumed = resumed ? resumed->integer<int>() : 0,
          .transcript = place.at("transcript").text(),
          .told = place.maybe("told") ? std::optional(place.at("told").text()) : std::nullopt,
          .recognised = flag(place, "recognised"),
          .transcript_truncated = flag(place, "transcript_truncated"),
          .message = maybe_index(place, "message")};
}

VoiceEvent read_event(const Place& place) {
  VoiceEvent event{.time = read_time(place.at("time")),
                   .type = read_word(place.at("type"), VoiceEventType::error),
                   .name = maybe_text(place, "name"),
                   .latency = maybe_time(place, "latency"),
                   .received = maybe_time(place, "received")};
  if (const auto args = place.maybe("args")) event.args = args->value();
  if (const auto result = place.maybe("result")) event.result = result->value();
  if (const auto metadata = place.maybe("metadata")) event.metadata = metadata->object();
  return event;
}

Interruption read_interruption(const Place& place) {
  return {.utterance = place.at("utterance").integer<std::size_t>(),
          .intended = maybe_time(place, "intended_s"),
          .achieved = maybe_time(place, "achieved_s"),
          .agent_stopped = maybe_time(place, "agent_stopped_s"),
          .censored = flag(place, "censored"),
          .native = flag(place, "native"),
          .outcome = place.at("outcome").text(),
          .missed = maybe_text(place, "missed")};
}

Delivery read_delivery(const Place& place) {
  return {.audio = read_time(place.at("audio_s")),
          .sending = read_time(place.at("sending_s")),
          .longest_tail = read_time(place.at("longest_tail_s")),
          .dropped = read_time(place.at("dropped_s")),
          .frames = place.at("frames").integer<std::size_t>(),
          .jitters = place.at("jitters").integer<std::size_t>(),
          .jitter = read_time(place.at("jitter_s")),
          .under_runs = place.at("under_runs").integer<std::size_t>(),
          .under_run = read_time(place.at("under_run_s"))};
}

HeardKey read_key(const Place& place) {
  const auto key = place.at("key").text();
  if (key.size() != 1) place.refuse("is no key of a telephone");
  return {.key = key.front(), .start = read_time(place.at("start_s")), .end = read_time(place.at("end_s"))};
}

std::optional<SideSound> read_sound(const std::optional<Place>& place) {
  if (!place) return std::nullopt;
  SideSound sound{.voiced = read_time(place->at("voiced_s")),
                  .loudness_lufs = maybe_number(*place, "loudness_lufs"),
                  .peak_dbfs = maybe_number(*place, "peak_dbfs"),
                  .clipped = read_time(place->at("clipped_s")),
                  .repeats = place->at("repeats").integer<std::size_t>(),
                  .repeated = read_time(place->at("repeated_s"))};
  place->at("keys").each([&](const Place& item) { sound.keys.push_back(read_key(item)); });
  return sound;
}

AgentClaims read_claims(const Place& place) {
  AgentClaims claims;
  place.at("latencies").each([&](const Place& item) {
    claims.latencies.push_back(
        {.what = item.at("name").text(), .latency = read_time(item.at("seconds")), .time = maybe_time(item, "time_s").value_or(Duration::zero())});
  });
  place.at("understood").each([&](const Place& item) { claims.understood.emplace_back(read_time(item.at("time_s")), item.at("text").text()); });
  return claims;
}

CallRecord read_call(const Place& place) {
  CallRecord call{.adapter = place.at("adapter").text(),
                  .detector = place.at("detector").text(),
                  .recogniser = place.at("recogniser").text(),
                  .primed = maybe_text(place, "vocabulary") == "primed",
                  .oov_rate = maybe_number(place, "oov_rate"),
                  .voice = place.at("voice").text(),
                  .duration = read_time(place.at("duration_s")),
                  .user_voiced = read_spans(place.at("user_voiced")),
                  .agent_voiced = read_spans(place.at("agent_voiced")),
                  .delivery = read_delivery(place.at("delivery")),
                  .claims = read_claims(place.at("claims")),
                  .user_sound = read_sound(place.maybe("user_sound")),
                  .agent_sound = read_sound(place.maybe("agent_sound")),
                  .agent_closed = place.at("agent_closed").boolean(),
                  .tail_silence = read_time(place.at("tail_silence_s"))};
  place.at("utterances").each([&](const Place& item) { call.utterances.push_back(read_utterance(item)); });
  place.at("turns").each([&](const Place& item) { call.turns.push_back(read_turn(item)); });
  place.at("events").each([&](const Place& item) { call.events.push_back(read_event(item)); });
  place.at("interruptions").each([&](const Place& item) { call.interruptions.push_back(read_interruption(item)); });
  return call;
}

}  // namespace

CallRecord read_voice(const Place& place) { return read_call(place.at("call")); }

}  // namespace antiphon
