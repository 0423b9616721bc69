#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "antiphon/session/items.hpp"
#include "antiphon/session/session_error.hpp"
#include "antiphon/session/transport.hpp"

namespace antiphon::session {

/// What came of a text. No items: the agent had nothing to say, which is no failure.
struct RunReply {
  SessionItems items{};  ///< messages, tool calls, their outputs, hand-offs; in order, without the text itself

  /// What the agent said, messages joined by line breaks.
  std::string text() const;
  /// Whether something cut it off.
  bool interrupted() const;
  /// Why it is incomplete: `length`, `content_filter` …; nullopt: it is whole.
  std::optional<std::string> finish_reason() const;
};

struct RemoteSessionOptions {
  Duration request_timeout = std::chrono::seconds(60);  ///< of a request that gives none
  Duration stall_timeout = std::chrono::seconds(30);    ///< the host may take nothing for so long before the connection counts as lost
  /// A try of `wait_for_ready` failed, and there will be another. May not throw.
  std::function<void(const Error&)> on_retry{};
  /// Called in the moment an event is there. May not throw.
  std::function<void(const SessionEvent&)> on_event{};
  /// The agent's speech, faster than it is spoken. Unset: what comes counts as played at once.
  std::function<void(const SessionAudio&)> on_audio{};
  /// The utterance is whole: call `playback_finished` once it was played. Only asked with `on_audio`.
  std::function<void()> on_flush{};
  /// The agent was interrupted: what is not played yet is to be dropped.
  std::function<void()> on_clear{};
};

/// Drives an agent's running session: the controller's side of the protocol (docs/sessions.md).
///
/// Belongs to one executor. Each request ends: with its answer, the host's error, the loss of the connection or its deadline, whichever is first. Requests may
/// overlap; a host answers a text before it takes the next, and interrupts itself for it.
class RemoteSession {
 public:
  RemoteSession(Runtime& runtime, std::unique_ptr<SessionTransport> transport, RemoteSessionOptions options = {});
  /// Cuts the connection where it was not closed.
  ~RemoteSession();
  RemoteSession(const RemoteSession&) = delete;
  RemoteSession& operator=(const RemoteSession&) = delete;

  /// Connects, where the transport has still to, and begins to listen. Once it has succeeded, further calls do nothing; after a failure it may be tried again.
  /// @throws Error of the transport.
  Task<> start();
  /// Asks until the host answers, connecting first where that is to be done.
  /// @throws Error at the deadline: why it could not be reached, else timeout.
  Task<> wait_for_ready(Duration timeout = std::chrono::seconds(5), Duration interval = std::chrono::milliseconds(500));

  /// Says a text to the agent; returns when it has answered in full.
  /// @throws SessionError where the turn failed, with what came before; Error invalid_input for no text, timeout, closed, too_large, protocol.
  Task<RunReply> run(std::string text, std::optional<Duration> timeout = {});
  Task<> ping(std::optional<Duration> timeout = {});
  Task<SessionItems> get_chat_history();
  Task<AgentInfo> get_agent_info();
  Task<SessionState> get_session_state();
  Task<FrameworkInfo> get_framework_info();
  Task<std::vector<ModelUsage>> get_session_usage();
  /// Of publisher and subscriber; empty where there is no room.
  Task<std::pair<std::vector<json::object>, std::vector<json::object>>> get_rtc_stats();
  Task<> update_io(IoChange change, std::optional<Duration> timeout = {});
  /// Ends the simulation and asks the agent's own code for its verdict; nullopt: no objection. To be called once.
  Task<std::optional<SimulationVerdict>> finalize_simulation(SimulationVerdict provisional, std::optional<Duration> timeout = {});

  /// Sound of the user's side. Waits while the host takes nothing. @throws Error closed.
  Task<> send_audio(SessionAudio audio);
  /// Tells that the utterance was played to its end.
  void playback_finished();

  /// Why the connection is over; nullopt while it is not.
  std::optional<Error> ended() const;
  /// How many messages of the host could not be read; each was left out.
  int malformed() const;
  /// Ends the connection; requests under way fail with Error closed. Nothing is left running. Further calls do nothing.
  Task<> close();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace antiphon::session
