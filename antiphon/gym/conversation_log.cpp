#include "antiphon/gym/conversation_log.hpp"

#include <cmath>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::gym {

namespace {

json::value or_null(const std::optional<std::string>& text) { return text ? json::value(json::string(*text)) : json::value(nullptr); }
json::value or_null(const std::optional<std::int64_t>& number) { return number ? json::value(*number) : json::value(nullptr); }

json::array list_of(const std::vector<json::value>& values) { return json::array(values.begin(), values.end()); }

json::value to_json(const std::optional<UserMessage>& message) {
  if (!message) return nullptr;
  json::object object{{"text", or_null(message->text)}, {"timestamp", message->timestamp}, {"audio_path", or_null(message->audio_path)}};
  if (message->heard) object["heard"] = *message->heard;
  if (!message->data.empty()) object["data"] = list_of(message->data);
  return object;
}

json::value to_json(const std::optional<AgentMessage>& message) {
  if (!message) return nullptr;
  json::object object{{"text", message->text},
                      {"timestamp", message->timestamp},
                      {"audio_path", or_null(message->audio_path)},
                      {"ttfab_ms", or_null(message->ttfab_ms)},
                      {"latency_ms", or_null(message->latency_ms)}};
  if (!message->turn_id.empty()) object["turn_id"] = message->turn_id;
  if (!message->data.empty()) object["data"] = list_of(message->data);
  return object;
}

json::object to_json(const ConversationStats& stats) {
  return {{"total_turns", stats.total_turns},
          {"duration_seconds", stats.duration_seconds},
          {"avg_latency_ms", or_null(stats.avg_latency_ms)},
          {"avg_ttfab_ms", or_null(stats.avg_ttfab_ms)},
          {"total_user_words", stats.total_user_words},
          {"total_agent_words", stats.total_agent_words}};
}

[[noreturn]] void refuse(std::string what) { throw Error(ErrorKind::protocol, std::move(what)); }

const json::value& needed(const json::value& object, std::string_view key) {
  const auto* value = find(object, key);
  if (!value) refuse(fmt::format("it has no {}", key));
  return *value;
}

std::optional<std::int64_t> whole(const json::value& object, std::string_view key) {
  const auto number = find_number(object, key);
  return number ? std::optional(static_cast<std::int64_t>(*number)) : std::nullopt;
}

std::vector<json::value> data_in(const json::value& object) {
  const auto* value = find(object, "data");
  if (!value || !value->is_array()) return {};
  return {value->get_array().begin(), value->get_array().end()};
}

std::optional<UserMessage> user_in(const json::value& value) {
  if (!value.is_object()) return std::nullopt;
  return UserMessage{.text = find_string(value, "text"),
                     .timestamp = find_string(value, "timestamp").value_or(""),
                     .audio_path = find_string(value, "audio_path"),
                     .heard = find_string(value, "heard"),
                     .data = data_in(value)};
}

std::optional<AgentMessage> agent_in(const json::value& value) {
  if (!value.is_object()) return std::nullopt;
  return AgentMessage{.text = find_string(value, "text").value_or(""),
                      .timestamp = find_string(value, "timestamp").value_or(""),
                      .audio_path = find_string(value, "audio_path"),
                      .ttfab_ms = whole(value, "ttfab_ms"),
                      .latency_ms = whole(value, "latency_ms"),
                      .turn_id = find_string(value, "turn_id").value_or(""),
                      .data = data_in(value)};
}

ConversationTurn turn_in(const json::value& value) {
  const auto number = whole(value, "turn_number");
  if (!number || *number < 0 || *number > 1'000'000) refuse("a turn has no turn_number");
  return {.turn_number = static_cast<int>(*number),
          .user_message = user_in(needed(value, "user_message")),
          .agent_message = agent_in(needed(value, "agent_message"))};
}

void read_stats(const json::value& value, ConversationStats& stats) { stats.duration_seconds = find_number(value, "duration_seconds").value_or(0); }

/// A sum and how many went into it.
struct Average {
  double sum = 0;
  int count = 0;
  void add(const std::optional<std::int64_t>& value) {
    if (value) sum += static_cast<double>(*value), ++count;
  }
  std::optional<std::int64_t> value() const { return count > 0 ? std::optional<std::int64_t>(std::llround(sum / count)) : std::nullopt; }
};

}  // namespace

ConversationStats stats_of(const std::vector<ConversationTurn>& turns) {
  ConversationStats stats{.total_turns = static_cast<int>(turns.size())};
  Average latency, ttfab;
  for (const auto& turn : turns) {
    if (turn.user_message && turn.user_message->text) stats.total_user_words += static_cast<std::int64_t>(count_words(*turn.user_message->text));
    if (!turn.agent_message) continue;
    stats.total_agent_words += static_cast<std::int64_t>(count_words(turn.agent_message->text));
    latency.add(turn.agent_message->latency_ms);
    ttfab.add(turn.agent_message->ttfab_ms);
  }
  stats.avg_latency_ms = latency.value();
  stats.avg_ttfab_ms = ttfab.value();
  return stats;
}

json::object to_json(const ConversationLog& log) {
  json::array turns, problems;
  for (const auto& turn : log.turns)
    turns.push_back(
        json::object{{"turn_number", turn.turn_number}, {"user_message", to_json(turn.user_message)}, {"agent_message", to_json(turn.agent_message)}});
  for (const auto& problem : log.problems) problems.push_back(json::string(problem));
  json::object object{{"conversation_id", log.conversation_id.empty() ? json::value(nullptr) : json::value(log.conversation_id)},
                      {"agent_id", log.agent_id},
                      {"started_at", log.started_at},
                      {"ended_at", log.ended_at.empty() ? json::value(nullptr) : json::value(log.ended_at)},
                      {"turns", std::move(turns)},
                      {"stats", to_json(log.stats)},
                      {"end", {{"reason", log.end.reason}, {"message", log.end.message}}}};
  if (!problems.empty()) object["problems"] = std::move(problems);
  return object;
}

ConversationLog log_from_json(const json::value& value) {
  ConversationLog log;
  const auto& turns = needed(value, "turns");
  if (!turns.is_array()) refuse("its turns are no list");
  for (const auto& turn : turns.get_array()) log.turns.push_back(turn_in(turn));
  log.conversation_id = find_string(value, "conversation_id").value_or("");
  log.agent_id = find_string(value, "agent_id").value_or("");
  log.started_at = find_string(value, "started_at").value_or("");
  log.ended_at = find_string(value, "ended_at").value_or("");
  log.stats = stats_of(log.turns);
  if (const auto* stats = find(value, "stats")) read_stats(*stats, log.stats);
  if (const auto* end = find(value, "end"))
    log.end = {.reason = find_string(*end, "reason").value_or(""), .message = find_string(*end, "message").value_or("")};
  if (const auto* problems = find(value, "problems"); problems && problems->is_array())
    for (const auto& problem : problems->get_array())
      if (problem.is_string()) log.problems.emplace_back(problem.get_string());
  return log;
}

}  // namespace antiphon::gym
