#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "antiphon/base/json.hpp"
#include "antiphon/chat/message.hpp"

/// What a session consists of: the items of its history, its states and events. Values; the wire's own types stay inside the module.
namespace antiphon::session {

/// Time of day, as the protocol carries it.
using WallTime = std::chrono::sys_time<std::chrono::nanoseconds>;

/// Measures of one message. Delays in seconds.
struct MessageMetrics {
  std::optional<WallTime> started_speaking_at{}, stopped_speaking_at{};
  std::optional<double> transcription_delay{}, end_of_turn_delay{}, on_user_turn_completed_delay{}, llm_node_ttft{}, tts_node_ttfb{}, e2e_latency{};
  std::optional<double> llm_node_tps{};  ///< tokens a second
  std::optional<double> llm_node_ttfs{};
};

struct ChatMessage {
  std::string id{};
  MessageRole role = MessageRole::assistant;  ///< developer, system, user or assistant
  std::string text{};                         ///< all parts; several are joined by line breaks
  bool interrupted = false;
  std::optional<double> transcript_confidence{};
  std::map<std::string, std::string> extra{};  ///< `finish_reason` tells why a reply is incomplete
  std::optional<MessageMetrics> metrics{};
  std::optional<WallTime> created_at{};
};

struct FunctionCall {
  std::string id{}, call_id{}, name{};
  std::string arguments{};  ///< JSON as text
  std::optional<WallTime> created_at{};
};

struct FunctionCallOutput {
  std::string id{}, call_id{}, name{}, output{};
  bool is_error = false;
  std::optional<WallTime> created_at{};
};

struct AgentHandoff {
  std::string id{};
  std::optional<std::string> old_agent_id{};  ///< none for the agent that a session begins with
  std::string new_agent_id{};
  std::optional<WallTime> created_at{};
};

struct AgentConfigUpdate {
  std::string id{};
  std::optional<std::string> instructions{};
  std::vector<std::string> tools_added{}, tools_removed{};
  std::optional<WallTime> created_at{};
};

using SessionItem = std::variant<ChatMessage, FunctionCall, FunctionCallOutput, AgentHandoff, AgentConfigUpdate>;
using SessionItems = std::vector<SessionItem>;
/// All items of a session that goes on: what is there already is never moved to make room, so that no answer waits for that.
using SessionHistory = std::deque<SessionItem>;

/// The protocol's own JSON of an item with its field names, and `type`, `content` as one text, `role` in lower case (contracts.md §13).
json::object to_json(const SessionItem& item);

enum class AgentState { initializing, idle, listening, thinking, speaking };
enum class UserState { speaking, listening, away };
std::string_view to_string(AgentState state);
std::string_view to_string(UserState state);

struct AgentStateChanged {
  AgentState old_state = AgentState::initializing, new_state = AgentState::initializing;
};
struct UserStateChanged {
  UserState old_state = UserState::listening, new_state = UserState::listening;
};
struct ItemAdded {
  SessionItem item{};
};
struct UserInputTranscribed {
  std::string transcript{};
  bool is_final = false;
  std::optional<std::string> language{};
};
struct ToolsExecuted {
  std::vector<FunctionCall> calls{};
  std::vector<FunctionCallOutput> outputs{};
};
/// A failure outside any request.
struct SessionTrouble {
  std::string message{};
};
/// Any other, as the protocol's JSON. A host cannot send it.
struct OtherEvent {
  std::string name{};  ///< the field's name, such as `overlapping_speech`; empty for one that this version does not know
  json::object value{};
};

/// What a host tells unasked.
struct SessionEvent {
  std::optional<WallTime> created_at{};
  std::variant<AgentStateChanged, UserStateChanged, ItemAdded, UserInputTranscribed, ToolsExecuted, SessionTrouble, OtherEvent> what{};
};

/// Interleaved 16 bit sound, at any rate.
struct SessionAudio {
  std::vector<std::int16_t> samples{};
  std::uint32_t rate_hz = 48000;
  std::uint32_t channels = 1;

  std::chrono::nanoseconds duration() const;
};

struct AgentInfo {
  std::string id{};
  std::optional<std::string> instructions{};
  std::vector<std::string> tools{};
  SessionItems chat{};
};

struct SessionState {
  AgentState agent = AgentState::initializing;
  UserState user = UserState::listening;
  std::string agent_id{};
  std::map<std::string, std::string> options{};
  std::optional<WallTime> created_at{};
};

struct FrameworkInfo {
  std::string sdk{}, version{};
};

/// What a model was used for; `kind` is llm, tts, stt, interruption or eot, `figures` by the protocol's names.
struct ModelUsage {
  std::string kind{}, provider{}, model{};
  std::map<std::string, double> figures{};
};

/// A change of what is heard and sent; what is unset stays as it is.
struct IoChange {
  std::optional<bool> input_audio{}, input_video{}, output_audio{}, output_video{}, output_transcription{};

  /// Written to and read, not spoken to.
  static IoChange text_only() { return {.input_audio = false, .output_audio = false, .output_transcription = false}; }
};

struct SimulationVerdict {
  bool success = false;
  std::string reason{};
};

}  // namespace antiphon::session
