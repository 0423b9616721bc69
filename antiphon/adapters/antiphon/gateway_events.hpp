#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "antiphon/adapters/websocket/voice_messages.hpp"
#include "antiphon/net/websocket.hpp"

namespace antiphon::wire {

/// What the messages of one call of `antiphon.call/1` mean (contracts.md §10). Pure.
///
/// The gateway tells when a turn ends, and nothing of the end of what belongs to no turn: greetings, questions to the silent, goodbyes. Those end by silence,
/// which whoever holds this tells by `silent_message`.
class GatewayEvents {
 public:
  /// @throws Error, party agent: protocol for an event that is none, invalid_input for an error that ends the call.
  std::vector<WireSignal> read(const net::WsMessage& message);

  /// Whether something was said whose end nobody will tell.
  bool awaits_silence() const { return spoke_ && !in_turn_ && !held_; }
  /// In place of a message of the gateway: nothing has come for a while.
  static net::WsMessage silent_message();
  /// The call goes on over another connection; what was told meanwhile is lost.
  void resumed() { in_turn_ = false; }

  /// Empty: the call cannot be resumed.
  const std::string& resume_token() const { return resume_token_; }
  /// The gateway has said that the call is over.
  bool ended() const { return ended_; }
  /// What is worth knowing and is no error: fallbacks, failures behind the gateway, a caller who goes to a person.
  const std::vector<std::string>& notices() const { return notices_; }

 private:
  using Signals = std::vector<WireSignal>;
  using Handler = void (GatewayEvents::*)(const json::object&, Signals&);
  static const std::map<std::string_view, Handler>& handlers();

  void on_call_started(const json::object& event, Signals& signals);
  void on_call_ended(const json::object& event, Signals& signals);
  void on_turn_started(const json::object& event, Signals& signals);
  void on_turn_ended(const json::object& event, Signals& signals);
  void on_agent_text(const json::object& event, Signals& signals);
  void on_understood(const json::object& event, Signals& signals);
  void on_understanding(const json::object& event, Signals& signals);
  void on_speech_started(const json::object& event, Signals& signals);
  void on_speech_stopped(const json::object& event, Signals& signals);
  void on_tool_call(const json::object& event, Signals& signals);
  void on_tool_result(const json::object& event, Signals& signals);
  void on_clear(const json::object& event, Signals& signals);
  void on_resumed(const json::object& event, Signals& signals);
  void on_escalation(const json::object& event, Signals& signals);
  void on_error(const json::object& event, Signals& signals);
  void on_silence(const json::object& event, Signals& signals);
  void end_speech(Signals& signals);
  void note(std::string line);

  bool in_turn_ = false;  ///< the gateway is at a turn
  bool spoke_ = false;    ///< something was said since the last end
  bool held_ = false;     ///< cleared, and it may go on
  bool ended_ = false;
  std::string resume_token_;
  std::map<std::string, ToolCall> calls_;  ///< that have no result yet, by id
  std::vector<std::string> notices_;
};

}  // namespace antiphon::wire
