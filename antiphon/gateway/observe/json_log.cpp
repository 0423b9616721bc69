#include "antiphon/gateway/observe/json_log.hpp"

#include <algorithm>
#include <utility>

namespace antiphon::gateway {

namespace {

std::int64_t in_ms(Duration duration) { return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count(); }

json::value in_ms(const std::optional<Duration>& duration) { return duration ? json::value(in_ms(*duration)) : json::value(nullptr); }

struct Line {
  LogLevel level = LogLevel::debug;
  std::string_view event{};
  json::object fields{};
};

LogLevel level_of(std::string_view error) { return error.empty() ? LogLevel::debug : LogLevel::warning; }

/// What was late is no failure, and worth somebody's while.
void judge(Line& line, const std::optional<Duration>& took, Duration target) {
  if (!took || *took <= target) return;
  line.level = std::max(line.level, LogLevel::warning);
  line.fields["target_ms"] = in_ms(target);
}
void judge(Line& line, const CallNote& note, const LatencyTargets& targets) {
  if (const auto* turn = std::get_if<TurnEnded>(&note)) judge(line, turn->latency.total, targets.turn);
  if (const auto* model = std::get_if<ModelAnswered>(&note)) judge(line, model->first_token, targets.first_token);
}

Line line_of(const CallBegan& note) { return {LogLevel::info, "call_began", {{"caller_id", note.caller_id}, {"locale", note.locale}}}; }
Line line_of(const TurnBegan& note) { return {LogLevel::debug, "turn_began", {{"turn", note.turn}, {"text", note.text}, {"asr_ms", in_ms(note.asr)}}}; }
Line line_of(const ModelAnswered& note) {
  const auto level = level_of(note.error);
  return {level,
          level == LogLevel::debug ? "model_answered" : "model_failed",
          {{"turn", note.turn}, {"took_ms", in_ms(note.took)}, {"first_token_ms", in_ms(note.first_token)}, {"error", note.error}}};
}
Line line_of(const ToolAnswered& note) {
  return {note.ok ? LogLevel::info : LogLevel::warning,
          note.ok ? "tool_called" : "tool_failed",
          {{"turn", note.turn}, {"tool", note.name}, {"took_ms", in_ms(note.latency)}, {"error", note.error}}};
}
Line line_of(const SentenceSpoken& note) {
  return {LogLevel::debug, "sentence_spoken", {{"turn", note.turn}, {"text", note.text}, {"first_chunk_ms", in_ms(note.first_sample)}, {"error", note.error}}};
}
Line line_of(const AudioRecognised&) { return {}; }
Line line_of(const BargedIn& note) { return {LogLevel::info, "barge_in", {{"turn", note.turn}, {"heard_ms", in_ms(note.heard)}}}; }
Line line_of(const BargeInTakenBack& note) { return {LogLevel::info, "barge_in_taken_back", {{"turn", note.turn}}}; }
Line line_of(const StageFailed& note) { return {LogLevel::warning, "provider_failed", {{"stage", note.stage}, {"error", note.error}}}; }
Line line_of(const StoodIn& note) {
  const auto* event = note.stage == "dialogue" ? "model_failed" : "provider_failed";
  return {LogLevel::warning, event, {{"turn", note.turn}, {"stage", note.stage}, {"provider", note.provider}, {"stood_in_for", true}, {"error", note.error}}};
}
Line line_of(const TurnEnded& note) {
  return {LogLevel::info,
          "turn_ended",
          {{"turn", note.turn},
           {"interrupted", note.interrupted},
           {"asr_ms", in_ms(note.latency.asr)},
           {"llm_ms", in_ms(note.latency.llm)},
           {"latency_ms", in_ms(note.latency.total)}}};
}
Line line_of(const CallEscalated& note) { return {LogLevel::info, "call_escalated", {{"reason", to_string(note.reason)}}}; }
Line line_of(const CallEnded& note) {
  const auto level = note.why != CallEnd::error ? LogLevel::info : note.callers_fault ? LogLevel::warning : LogLevel::error;
  Line line{level, "call_ended", {{"reason", to_string(note.why)}, {"turns", note.turns}, {"error", note.error}}};
  if (note.callers_fault) line.fields["fault"] = "client";
  if (note.ignored > 0) line.fields["ignored_messages"] = note.ignored;
  return line;
}

}  // namespace

std::string_view to_string(LogLevel level) {
  switch (level) {
    case LogLevel::debug: return "debug";
    case LogLevel::info: return "info";
    case LogLevel::warning: return "warning";
    case LogLevel::error: return "error";
  }
  return "info";
}

std::optional<LogLevel> log_level_from(std::string_view name) {
  for (const auto level : {LogLevel::debug, LogLevel::info, LogLevel::warning, LogLevel::error})
    if (to_string(level) == name) return level;
  return std::nullopt;
}

void JsonLog::line(LogLevel level, std::string_view event, const json::object& fields, std::string_view call_id) const {
  if (level < settings_.least) return;
  write(level, event, masker_.mask_json(fields).get_object(), call_id);
}

void JsonLog::note(const CallNote& masked_note, const CallIdentity& call) const {
  auto line = std::visit([](const auto& known) { return line_of(known); }, masked_note);
  judge(line, masked_note, settings_.targets);
  if (std::holds_alternative<CallBegan>(masked_note)) line.fields["transport"] = call.transport;
  if (!line.event.empty() && line.level >= settings_.least) write(line.level, line.event, line.fields, call.id);
}

void JsonLog::write(LogLevel level, std::string_view event, const json::object& fields, std::string_view call_id) const {
  json::object all{{"time", settings_.time()}, {"level", to_string(level)}, {"event", event}};
  if (!call_id.empty()) all["call_id"] = call_id;
  for (const auto& field : fields) {
    const auto& value = field.value();
    if (value.is_null() || (value.is_string() && value.get_string().empty())) continue;
    all.emplace(field.key(), value);
  }
  settings_.write(json::serialize(all));
}

}  // namespace antiphon::gateway
