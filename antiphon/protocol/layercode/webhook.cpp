#include "antiphon/protocol/layercode/webhook.hpp"

#include <algorithm>
#include <array>

#include "antiphon/base/text.hpp"
#include "antiphon/protocol/layercode/fields.hpp"
#include "antiphon/protocol/layercode/javascript_json.hpp"

namespace antiphon::layercode {

namespace {

// --- Writing ----------------------------------------------------------------------------------------------------------------------------------

void put(json::object& body, std::string_view key, const std::string& text) {
  if (!text.empty()) body[key] = text;
}

json::object context_of(const InterruptionContext& cut) {
  json::object context{{"previous_turn_interrupted", cut.previous_turn_interrupted}, {"words_heard", cut.words_heard}, {"text_heard", cut.text_heard}};
  put(context, "assistant_turn_id", cut.assistant_turn_id);
  return context;
}

json::array lines_of(const std::vector<TranscriptLine>& transcript) {
  json::array lines;
  for (const auto& line : transcript) lines.push_back({{"role", line.role}, {"text", line.text}, {"timestamp", line.timestamp_ms}});
  return lines;
}

struct Writer {
  json::object& body;

  void operator()(const SessionStartEvent& start) const { body["turn_id"] = start.turn_id; }
  void operator()(const MessageEvent& message) const {
    body["turn_id"] = message.turn_id;
    body["text"] = message.text;
    if (message.interruption) body["interruption_context"] = context_of(*message.interruption);
  }
  void operator()(const DataEvent& data) const {
    body["turn_id"] = data.turn_id;
    body["data"] = data.data;
  }
  void operator()(const SessionUpdateEvent& update) const {
    body["recording_status"] = update.recording_status;
    put(body, "recording_url", update.recording_url);
    if (update.recording_duration) body["recording_duration"] = *update.recording_duration;
    put(body, "error_message", update.error_message);
  }
  void operator()(const SessionEndEvent& end) const {
    body["agent_id"] = end.agent_id;
    body["started_at"] = end.started_at;
    body["ended_at"] = end.ended_at;
    body["duration"] = end.duration_ms;
    body["transcription_duration_seconds"] = end.transcription_seconds;
    body["tts_duration_seconds"] = end.tts_seconds;
    body["latency"] = end.latency_ms ? json::value(*end.latency_ms) : json::value(nullptr);
    put(body, "ip_address", end.ip_address);
    put(body, "country_code", end.country_code);
    body["recording_status"] = end.recording_status;
    body["transcript"] = lines_of(end.transcript);
  }
  void operator()(const UnknownEvent&) const {}
};

// --- Reading ----------------------------------------------------------------------------------------------------------------------------------

/// `SESSION_START` is `session.start`.
std::string canonical_type(std::string_view type) {
  auto name = lower(type);
  std::ranges::replace(name, '_', '.');
  return name;
}

std::optional<InterruptionContext> read_context(const Fields& fields) {
  const auto context = fields.object_or("interruption_context");
  if (context.empty()) return std::nullopt;
  const Fields inner(json::serialize(context), "an interruption_context");
  return InterruptionContext{.previous_turn_interrupted = inner.flag("previous_turn_interrupted").value_or(false),
                             .words_heard = inner.integer("words_heard").value_or(0),
                             .text_heard = inner.text_or("text_heard"),
                             .assistant_turn_id = inner.text_or("assistant_turn_id")};
}

std::vector<TranscriptLine> read_transcript(const Fields& fields) {
  std::vector<TranscriptLine> lines;
  const auto* list = fields.value("transcript");
  if (!list || list->is_null()) return lines;
  if (!list->is_array()) fields.refuse("transcript", "a list");
  for (const auto& item : list->get_array()) {
    const Fields line(json::serialize(item), "a line of a transcript");
    lines.push_back({line.text_or("role"), line.text_or("text"), line.integer("timestamp").value_or(0)});
  }
  return lines;
}

WebhookEvent read_start(const Fields& fields) { return SessionStartEvent{fields.text("turn_id")}; }
WebhookEvent read_message(const Fields& fields) { return MessageEvent{fields.text("turn_id"), fields.text("text"), read_context(fields)}; }
WebhookEvent read_data(const Fields& fields) {
  const auto* data = fields.value("data");
  return DataEvent{fields.text("turn_id"), data ? *data : json::value(json::object{})};
}
WebhookEvent read_update(const Fields& fields) {
  return SessionUpdateEvent{.recording_status = fields.text_or("recording_status"),
                            .recording_url = fields.text_or("recording_url"),
                            .recording_duration = fields.number("recording_duration"),
                            .error_message = fields.text_or("error_message")};
}
WebhookEvent read_end(const Fields& fields) {
  return SessionEndEvent{.agent_id = fields.text_or("agent_id"),
                         .started_at = fields.text_or("started_at"),
                         .ended_at = fields.text_or("ended_at"),
                         .duration_ms = fields.integer("duration").value_or(0),
                         .transcription_seconds = fields.number("transcription_duration_seconds").value_or(0),
                         .tts_seconds = fields.number("tts_duration_seconds").value_or(0),
                         .latency_ms = fields.number("latency"),
                         .ip_address = fields.text_or("ip_address"),
                         .country_code = fields.text_or("country_code"),
                         .recording_status = fields.text_or("recording_status"),
                         .transcript = read_transcript(fields)};
}

struct Reader {
  std::string_view type;
  WebhookEvent (*read)(const Fields&);
};
constexpr std::array<Reader, 5> readers{
    {{"session.start", read_start}, {"message", read_message}, {"data", read_data}, {"session.update", read_update}, {"session.end", read_end}}};

WebhookEvent read_event(const Fields& fields) {
  const auto type = canonical_type(fields.needed_type());
  for (const auto& reader : readers)
    if (reader.type == type) return reader.read(fields);
  return UnknownEvent{fields.type()};
}

}  // namespace

std::string type_of(const WebhookEvent& event) {
  if (const auto* unknown = std::get_if<UnknownEvent>(&event)) return unknown->type;
  return std::string(readers.at(event.index()).type);
}

std::string turn_of(const WebhookEvent& event) {
  if (const auto* start = std::get_if<SessionStartEvent>(&event)) return start->turn_id;
  if (const auto* message = std::get_if<MessageEvent>(&event)) return message->turn_id;
  if (const auto* data = std::get_if<DataEvent>(&event)) return data->turn_id;
  return {};
}

std::string write_webhook(const Webhook& webhook, const WebhookShape& shape) {
  json::object body{{"type", type_of(webhook.event)}};
  body["session_id"] = webhook.session_id;
  body["conversation_id"] = webhook.conversation_id;
  std::visit(Writer{body}, webhook.event);
  if (shape.text_in_every) {
    if (!body.contains("text")) body["text"] = "";
    if (!body.contains("turn_id")) body["turn_id"] = "";
  }
  if (!webhook.metadata.empty()) body["metadata"] = webhook.metadata;
  if (!webhook.custom_metadata.empty()) body["custom_metadata"] = webhook.custom_metadata;
  return javascript_json(body);
}

Webhook read_webhook(std::string_view body) {
  const Fields fields(body, "a webhook");
  return {.event = read_event(fields),
          .session_id = fields.first_text({"session_id", "connection_id"}),
          .conversation_id = fields.text_or("conversation_id"),
          .metadata = fields.object_or("metadata"),
          .custom_metadata = fields.object_or("custom_metadata")};
}

}  // namespace antiphon::layercode
