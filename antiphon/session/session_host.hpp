#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "antiphon/session/items.hpp"
#include "antiphon/session/session_error.hpp"
#include "antiphon/session/simulation.hpp"
#include "antiphon/session/transport.hpp"

namespace antiphon::session {

/// What is heard and sent right now.
struct SessionIo {
  bool input_audio = false, input_video = false, output_audio = false, output_video = false, output_transcription = true;
};

/// Where an agent's answer goes, in the order in which it comes about. Each call tells the controller at once, and waits while that one takes nothing.
class AgentTurn {
 public:
  virtual ~AgentTurn() = default;
  /// An assistant's message. @param finish_reason why it is incomplete, such as `length`.
  virtual Task<> say(std::string text, std::optional<std::string> finish_reason = {}) = 0;
  /// Any item. Ids and times that are missing are filled in.
  virtual Task<> add(SessionItem item) = 0;
  /// Speech; dropped where nobody listens. The turn ends when it has been played.
  virtual Task<> play(SessionAudio audio) = 0;
  virtual const SessionIo& io() const = 0;
  /// nullptr: nobody simulates anything.
  virtual SimulationContext* simulation() = 0;
};

/// The agent whose session is hosted. Called on the host's executor; `greet` and `answer` one at a time.
class HostedAgent {
 public:
  virtual ~HostedAgent() = default;
  /// As it is now: a hand-off changes it. `chat` may be left empty.
  virtual AgentInfo info() const = 0;
  /// What it says before anybody has spoken.
  virtual Task<> greet(AgentTurn& turn);
  /// Answers a text. A cancellation (total) means that it was interrupted.
  /// @throws SessionError with the stage that failed; any other Error is the session's own.
  virtual Task<> answer(std::string text, AgentTurn& turn) = 0;
  /// Told after a change. Recognition and voice activity belong to audio input: they start when that is switched on, not before.
  virtual void io_changed(const SessionIo&) {}
  /// A frame of the user's speech, while audio input is on.
  virtual void hear(const SessionAudio&) {}
  /// Nobody listens any more, since the simulation or the session is over: what it is saying ends here, also where that is no answer to a text. What it
  /// plays until this has returned is dropped. For speech alone: an answer in text goes on.
  virtual Task<> fall_silent();
  virtual std::vector<ModelUsage> usage() const { return {}; }
  virtual std::map<std::string, std::string> options() const { return {}; }
};

struct SessionHostOptions {
  SessionIo io{};  ///< to begin with; a simulation by text begins without any
  std::string sdk = "antiphon", sdk_version{};
  /// The agent's hook on what users write, also where a controller writes it: gives back the text, or another. What it throws refuses the text.
  std::function<Task<std::string>(std::string)> text_input{};
  std::optional<SimulationDispatch> simulation{};
  SimulationHook on_simulation_end{};  ///< only with `simulation`
  /// Told of each failure that a controller is answered with, so that it can be logged. May not throw.
  std::function<void(const SessionError&)> on_failure{};
  Duration hook_timeout = std::chrono::seconds(45);   ///< of `on_simulation_end`
  Duration stall_timeout = std::chrono::seconds(30);  ///< a controller that takes nothing for so long is gone
  Duration connect_timeout = std::chrono::seconds(60);
  Duration drain = std::chrono::seconds(3);  ///< what `stop` gives to the answer under way
};

/// Serves one session of an agent to one controller: the agent's side of the protocol (docs/sessions.md).
///
/// Belongs to one executor. Texts and the end of a simulation are handled one after another, all else at once; a text that comes during an answer interrupts
/// it. Installs no signal handler, ends no process, leaves nothing running once `serve` has returned.
class SessionHost {
 public:
  /// @param agent outlives the host.
  SessionHost(Runtime& runtime, std::unique_ptr<SessionTransport> transport, HostedAgent& agent, SessionHostOptions options = {});
  ~SessionHost();
  SessionHost(const SessionHost&) = delete;
  SessionHost& operator=(const SessionHost&) = delete;

  /// Starts the transport. Further calls do nothing; after a failure it may be tried again. @throws Error of the transport.
  Task<> start();
  /// Starts where that is to be done, then serves until the controller is gone, `stop`, or a cancellation.
  /// @returns why it ended where that was not orderly. @throws Error usage when called twice; what `start` throws.
  Task<std::optional<Error>> serve();
  /// Takes nothing more, lets the answer under way end within `drain`, but its sound at once, then hangs up. Further calls do nothing.
  void stop();

  /// Tells the controller. Also before `serve`: then it is told when that begins.
  void emit(SessionEvent event);

  // What comes about outside of any answer, such as a turn of a user who spoke: on the host's executor, in order with all else. None of it waits.
  /// One more item of the history. Its id and time are filled in where they are missing.
  void add(SessionItem item);
  /// Speech; dropped where nobody listens.
  void play(SessionAudio audio);
  /// It was all of an utterance.
  void flush_playback();
  /// What of it is not played yet is not to be.
  void clear_playback();
  void set_agent_state(AgentState state);
  void set_user_state(UserState state);

  /// The history so far.
  const SessionHistory& history() const;
  const SessionIo& io() const;
  SimulationContext* simulation();
  /// How many events were too large for a frame, and were left out.
  int dropped_events() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace antiphon::session
