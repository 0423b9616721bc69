#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "antiphon/base/clock.hpp"
#include "antiphon/base/json.hpp"
#include "antiphon/chat/history.hpp"

namespace antiphon::gateway {

/// What became of one call of a tool.
struct ToolResult {
  std::string tool;
  bool ok = false;
  json::value data{};   ///< what it returned
  std::string error{};  ///< why it did not; for logs and the model, not for the caller
  Duration latency{0};  ///< retries included
};

/// Why a call goes to a person. The values are a closed set: they are labels of a metric.
enum class EscalationReason { human_requested, failures, pin, turn_limit, low_confidence, policy };
std::string_view to_string(EscalationReason reason);

/// What is done with a turn before any model sees it (GTW-31).
struct PolicyDecision {
  enum class Action { proceed, authenticate, escalate, block } action = Action::proceed;
  std::string reason{};                          ///< which rule, for logs and traces: never words of the caller
  std::optional<EscalationReason> escalation{};  ///< of `escalate`
  double confidence = 1;                         ///< 0..1
};

/// How long the stages of a turn took; what did not take place is absent.
struct TurnLatency {
  std::optional<Duration> asr{};          ///< end of the caller's voice to the final transcript
  std::optional<Duration> first_token{};  ///< final transcript to the model's first word
  std::optional<Duration> llm{};          ///< to its last
  std::optional<Duration> first_audio{};  ///< first sentence to its first sample
  std::optional<Duration> total{};        ///< end of the caller's voice to the first sample that the caller hears
};

/// One utterance of the caller and what was answered.
struct TurnState {
  int id = 0;  ///< counts from 1; the greeting is none
  std::string user_text{};
  std::string agent_text{};  ///< whole, as it was meant
  std::string heard_text{};  ///< what of it the caller heard
  std::string cut_short{};   ///< why the model's answer is not whole: `length`, `content_filter`; empty: it is
  bool interrupted = false;
  std::vector<ToolResult> tools{};
  TurnLatency latency{};
};

/// All that a conversation is, apart from its connection: what is stored, and what another instance goes on with (GTW-40).
struct SessionState {
  std::string id{};
  std::string caller_id{};
  std::string locale = "en-US";
  bool authenticated = false;
  int wrong_pins = 0;
  int consecutive_failures = 0;
  std::optional<EscalationReason> escalated{};
  std::vector<TurnState> turns{};
  History messages{};      ///< what the model is shown: nothing that the caller did not hear
  json::object context{};  ///< of tools and of whoever embeds the gateway
};

}  // namespace antiphon::gateway
