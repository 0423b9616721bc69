#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "antiphon/base/json.hpp"

namespace antiphon::layercode {

/// The turn before was cut off by the user.
struct InterruptionContext {
  bool previous_turn_interrupted = true;
  std::int64_t words_heard = 0;
  std::string text_heard{};
  std::string assistant_turn_id{};  ///< empty: not told
};

struct SessionStartEvent {
  std::string turn_id;
};
struct MessageEvent {
  std::string turn_id;
  std::string text;
  std::optional<InterruptionContext> interruption{};
};
struct DataEvent {
  std::string turn_id;
  json::value data = json::object{};
};
struct SessionUpdateEvent {
  std::string recording_status = "completed";  ///< or `failed`
  std::string recording_url{};
  std::optional<double> recording_duration{};  ///< seconds
  std::string error_message{};
};
struct TranscriptLine {
  std::string role;  ///< `user` or `assistant`
  std::string text;
  std::int64_t timestamp_ms = 0;  ///< since 1970
};
struct SessionEndEvent {
  std::string agent_id;
  std::string started_at, ended_at;  ///< ISO 8601, UTC
  std::int64_t duration_ms = 0;
  double transcription_seconds = 0, tts_seconds = 0;
  std::optional<double> latency_ms{};
  std::string ip_address{}, country_code{};
  std::string recording_status = "disabled";
  std::vector<TranscriptLine> transcript{};
};
/// Of a type that is not known here.
struct UnknownEvent {
  std::string type;
};
using WebhookEvent = std::variant<SessionStartEvent, MessageEvent, DataEvent, SessionUpdateEvent, SessionEndEvent, UnknownEvent>;

/// What the platform posts to a backend.
struct Webhook {
  WebhookEvent event;
  std::string session_id{};  ///< of one connection
  std::string conversation_id{};
  json::object metadata{}, custom_metadata{};  ///< empty: left out
};

/// `session.start`, `message`, `data`, `session.update`, `session.end`.
std::string type_of(const WebhookEvent& event);
/// Empty for those that have none.
std::string turn_of(const WebhookEvent& event);

struct WebhookShape {
  bool text_in_every = false;  ///< `"text":""` and `"turn_id":""` also where there is none: backends with one model for all webhooks refuse a body without
};

/// The body, byte for byte what `JSON.stringify` makes of it: backends check signatures over what they parsed and wrote again.
std::string write_webhook(const Webhook& webhook, const WebhookShape& shape = {});
/// Types in any case and with `_`, `connection_id` for `session_id`, as earlier platforms wrote them.
/// @throws Error protocol for what is no JSON object with a `type`, or lacks what its type needs: a message its `text` and `turn_id`, a start its `turn_id`.
Webhook read_webhook(std::string_view body);

}  // namespace antiphon::layercode
