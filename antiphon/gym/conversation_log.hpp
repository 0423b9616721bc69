#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "antiphon/base/json.hpp"

namespace antiphon::gym {

/// What our user said.
struct UserMessage {
  std::optional<std::string> text{};        ///< its words; of a recording without any: what the platform understood; unset: sound alone
  std::string timestamp{};                  ///< when it began, ISO 8601 in UTC
  std::optional<std::string> audio_path{};  ///< relative to the folder
  std::optional<std::string> heard{};       ///< what the platform understood of speech
  std::vector<json::value> data{};
};

/// What the agent said, to a user's message or of its own accord.
struct AgentMessage {
  std::string text{};
  std::string timestamp{};  ///< when the first of it came
  std::optional<std::string> audio_path{};
  std::optional<std::int64_t> ttfab_ms{};    ///< end of the user's speech, or the text sent, to the first audio; unset for a greeting, or without audio
  std::optional<std::int64_t> latency_ms{};  ///< the same to the first of anything
  std::string turn_id{};                     ///< the platform's, the last one; empty: none
  std::vector<json::value> data{};
};

/// A user's message and the answer to it; a greeting has no user's message, and a last word no answer.
struct ConversationTurn {
  int turn_number = 0;
  std::optional<UserMessage> user_message{};
  std::optional<AgentMessage> agent_message{};
};

struct ConversationStats {
  int total_turns = 0;
  double duration_seconds = 0;                                   ///< of all sessions of a conversation that was resumed
  std::optional<std::int64_t> avg_latency_ms{}, avg_ttfab_ms{};  ///< of the turns that have one
  std::int64_t total_user_words = 0, total_agent_words = 0;
};

/// How a conversation ended. Reasons are a closed list (docs/guides/gym.md); the message is for people.
struct ConversationEnd {
  std::string reason = "in_progress";
  std::string message{};
  /// Nobody failed: the user had said what it had to say.
  bool is_regular() const { return reason == "completed"; }
};

/// All of a conversation, as `transcript.json` keeps it.
struct ConversationLog {
  std::string conversation_id{};  ///< empty where there never was one
  std::string agent_id{};
  std::string started_at{}, ended_at{};
  std::vector<ConversationTurn> turns{};
  ConversationStats stats{};
  ConversationEnd end{};
  std::vector<std::string> problems{};  ///< worth knowing, and the conversation went on: a callback that threw, a turn whose end nobody told
  std::string folder{};                 ///< where it is kept; not written
  int first_turn = 0;                   ///< in `turns`, of this session; not written
};

/// Of these turns, all but the duration, which is no matter of turns.
ConversationStats stats_of(const std::vector<ConversationTurn>& turns);

json::object to_json(const ConversationLog& log);
/// @throws Error protocol for what is no transcript.
ConversationLog log_from_json(const json::value& value);

}  // namespace antiphon::gym
