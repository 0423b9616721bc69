#include "antiphon/gym/platform/session_record.hpp"

#include <cmath>

#include "antiphon/base/ids.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::gym {

namespace {

std::int64_t milliseconds_of(std::chrono::system_clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

}  // namespace

SessionRecord::SessionRecord(std::string session_id, SessionGrant grant, WallTime now, std::string address)
    : session_id_(std::move(session_id)), grant_(std::move(grant)), started_(now), address_(std::move(address)) {}

void SessionRecord::user_said(std::string text, WallTime now, Duration audio) {
  lines_.push_back({"user", std::move(text), milliseconds_of(now)});
  line_latency_ms_.push_back(-1);
  heard_ += audio;
}

void SessionRecord::assistant_said(std::string text, WallTime now, Duration audio, std::optional<Duration> latency) {
  spoken_ += audio;
  if (text.empty()) return;
  lines_.push_back({"assistant", std::move(text), milliseconds_of(now)});
  line_latency_ms_.push_back(latency ? to_seconds(*latency) * 1000 : -1);
}

std::optional<double> SessionRecord::mean_latency_ms() const {
  double sum = 0;
  int count = 0;
  for (const auto latency : line_latency_ms_)
    if (latency >= 0) sum += latency, ++count;
  return count > 0 ? std::optional(std::round(sum / count)) : std::nullopt;
}

layercode::SessionEndEvent SessionRecord::end_event() const {
  const auto ended = ended_.value_or(started_);
  return {.agent_id = grant_.agent_id,
          .started_at = utc_text(started_),
          .ended_at = utc_text(ended),
          .duration_ms = milliseconds_of(ended) - milliseconds_of(started_),
          .transcription_seconds = to_seconds(heard_),
          .tts_seconds = to_seconds(spoken_),
          .latency_ms = mean_latency_ms(),
          .ip_address = address_,
          .transcript = lines_};
}

json::object SessionRecord::detail() const {
  const auto event = end_event();
  json::array transcript;
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    const auto& line = lines_[i];
    json::object entry{{"timestamp", utc_text(SessionRecord::WallTime(std::chrono::milliseconds(line.timestamp_ms)))}};
    entry["user_message"] = line.role == "user" ? json::value(line.text) : json::value(nullptr);
    entry["assistant_message"] = line.role == "user" ? json::value(nullptr) : json::value(line.text);
    entry["latency_ms"] = line_latency_ms_[i] >= 0 ? json::value(line_latency_ms_[i]) : json::value(nullptr);
    transcript.push_back(std::move(entry));
  }
  return {{"session_id", session_id_},
          {"conversation_id", grant_.conversation_id},
          {"agent_id", grant_.agent_id},
          {"started_at", event.started_at},
          {"ended_at", ended_ ? json::value(event.ended_at) : json::value(nullptr)},
          {"duration_ms", ended_ ? json::value(event.duration_ms) : json::value(nullptr)},
          {"metadata", grant_.metadata},
          {"ip_address", address_},
          {"transcription_duration_seconds", event.transcription_seconds},
          {"tts_duration_seconds", event.tts_seconds},
          {"latency_ms", event.latency_ms ? json::value(*event.latency_ms) : json::value(nullptr)},
          {"transcript", std::move(transcript)},
          {"recording_status", "not_available"},
          {"recording_url", nullptr}};
}

}  // namespace antiphon::gym
