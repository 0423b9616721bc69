#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "antiphon/base/limit.hpp"
#include "antiphon/session/internal/outbox.hpp"
#include "antiphon/session/internal/wire.hpp"
#include "antiphon/session/session_host.hpp"

namespace antiphon::session {

/// What one request is answered with.
wire::SessionResponse answer_to(const wire::SessionRequest& request);
/// What the wire says of something that was thrown: an Error is the session's own, what is none is not told.
SessionError failure_of(const std::exception_ptr& thrown);
/// What requests are answered with that the end of a host overtakes.
inline SessionError session_closed() { return {Stage::session, "closed", std::nullopt, "session closed"}; }

/// Everything of a host; alive as long as anything of it runs.
struct SessionHost::State : std::enable_shared_from_this<State> {
  State(Runtime& its_runtime, std::unique_ptr<SessionTransport> its_transport, HostedAgent& its_agent, SessionHostOptions its_options);

  // --- session_host.cpp: the connection
  Task<> start();
  Task<std::optional<Error>> serve();
  void stop();
  Task<> read();
  Task<> take_frames();
  Task<> drain();
  void take(const wire::AgentSessionMessage& message);

  // --- host_answers.cpp: requests
  void take_request(const wire::SessionRequest& request);
  void answer_now(const wire::SessionRequest& request);
  void answer_getter(const wire::SessionRequest& request, wire::SessionResponse& response);
  void change_io(const IoChange& change);
  void respond(wire::SessionResponse response);
  void respond_error(const wire::SessionRequest& request, const SessionError& error);
  void send(const wire::AgentSessionMessage& message);
  void emit(SessionEvent event);
  void set_agent_state(AgentState state);
  void set_user_state(UserState state);
  void play(const SessionAudio& audio);
  void flush_playback();
  void clear_playback();
  void silence();
  WallTime now() const;

  // --- host_turns.cpp: what is done one after another
  class Turn;
  Task<> work();
  Task<> greet();
  Task<> run_text(wire::SessionRequest request);
  Task<> answer_text(std::string text, Turn& turn);
  Task<std::optional<SessionError>> play(Stoppable& active, Task<> turn);
  Task<> finalize(wire::SessionRequest request);
  Task<> fall_silent(Duration limit);
  Task<wire::SessionResponse> ask_hook(wire::SessionRequest request);
  void add(SessionItem item);
  void note_failure(const SessionError& failure) const;
  void complete(SessionItem& item) const;
  void tell_item(const SessionItem& item);
  void interrupt();

  Runtime& runtime;
  std::unique_ptr<SessionTransport> transport;
  HostedAgent& agent;
  SessionHostOptions options;
  Outbox outbox;
  WallTime born;
  Clock::Time born_at;
  SessionHistory history;
  SessionIo io;
  AgentState agent_state = AgentState::initializing;
  UserState user_state = UserState::listening;
  std::vector<FunctionCall> open_calls;  ///< whose outputs are still to come
  std::optional<SimulationContext> simulation;
  std::optional<wire::SessionResponse> finalized;

  std::deque<wire::SessionRequest> jobs;
  bool working = false;
  Pulse jobs_changed;                 ///< one came, or one is done
  std::shared_ptr<Stoppable> active;  ///< the answer under way
  bool may_interrupt = true;          ///< a greeting is let begin
  bool interrupt_wanted = false;
  std::uint64_t playbacks_finished = 0;
  std::uint64_t flushes = 0, flushes_heard = 0;
  std::uint64_t last_sound = 0;  ///< the flush behind what was played last
  bool sounding = false;         ///< what was played may not be heard to its end yet
  bool silenced = false;         ///< nothing is played any more
  Pulse playback;                ///< one of these

  bool starting = false, started = false, serving = false, stopping = false;
  Pulse start_ended;
  Stoppable reading;
  std::optional<Error> ended;  ///< why, where it was not orderly
  int dropped_events = 0;
};

}  // namespace antiphon::session
