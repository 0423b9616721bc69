#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "antiphon/audio/line_codec.hpp"
#include "antiphon/base/json.hpp"
#include "antiphon/base/pulse.hpp"
#include "antiphon/base/runtime.hpp"
#include "antiphon/net/websocket.hpp"

/// Calls a gateway: the other end of `/ws/call` (contracts.md §10).
namespace antiphon::gateway {

/// What the caller does when the agent has finished: speaks, or presses keys.
struct CallStep {
  std::string say{};        ///< what `speech` says, for the report
  audio::Samples speech{};  ///< canonical
  std::string dtmf{};       ///< 0-9, *, #, A-D; used where `speech` is empty
};

struct CallPlan {
  std::vector<CallStep> steps{};
  std::optional<Duration> interrupt_after{};                ///< so much of an answer is heard, then the next step follows
  std::function<audio::Samples(std::size_t)> microphone{};  ///< at most so many samples; speaks where no step does. The call then goes on after the last step
  Duration patience{std::chrono::seconds(15)};              ///< for an answer to begin
};

/// A step and what came of it.
struct CallTurn {
  CallStep step;
  std::vector<std::pair<int, std::string>> answers{};  ///< by the gateway's turn: what was heard of it, as it tells
  std::string heard_by_agent{};
  std::optional<Duration> response{};  ///< end of our last voiced frame to the first voiced sample received
  audio::Samples sound{};              ///< of the answer, as it was heard
  bool interrupted = false;

  bool answered() const { return response.has_value(); }
  std::string answer() const;
};

struct CallReport {
  std::string call_id{};
  std::optional<Duration> greeting_after{};  ///< accepted to the first voiced sample
  CallTurn greeting{};
  std::vector<CallTurn> turns{};
  bool told_events = false;  ///< the gateway tells what it hears and says
  std::optional<net::WsClose> closed{};
  std::string reason{};  ///< of `call.ended`
  std::string error{};   ///< the call failed; empty: it did not

  bool all_answered() const;
};

/// What others want to know while it goes on.
struct CallHooks {
  std::function<void(const json::value& event, Duration at)> event{};              ///< an object
  std::function<void(audio::SampleView caller, audio::SampleView agent)> sound{};  ///< every 20 ms, both of that length
  std::function<void(Duration behind)> late{};                                     ///< of each frame of ours, behind the time at which it was due
};

/// One call that we place: sends 20 ms of audio every 20 ms, hears what comes at its time, and follows a plan. One executor.
class PlacedCall {
 public:
  PlacedCall(Runtime& runtime, CallPlan plan, CallHooks hooks = {});

  /// The whole call on a connection that was just opened. Never throws an Error: what failed is told in the report.
  Task<CallReport> run(std::unique_ptr<net::WebSocket> socket);
  /// Ends it politely; from any task of the executor.
  void hang_up();

 private:
  struct Heard {
    audio::Samples samples;
    std::size_t used = 0;
  };

  Task<> receive();
  void take_audio(const net::WsMessage& message);
  void take_event(const json::value& message);
  void note_answer(const json::object& event);
  void note_end_of_turn(const json::object& event);
  Task<> pace();
  audio::Samples next_spoken();
  audio::Samples next_heard();
  Task<> follow_plan();
  Task<> await_greeting();
  Task<> perform(CallStep step, bool last);
  Task<> press(std::string keys);
  Task<> speak(audio::Samples speech);
  Task<> await_answer(bool may_interrupt);
  Task<bool> wait_until(std::function<bool()> done, Duration patience);
  Task<> say_goodbye();
  bool finished_speaking() const;
  bool over() const { return over_ || hanging_up_; }

  Runtime& runtime_;
  Clock& clock_;
  CallPlan plan_;
  CallHooks hooks_;
  std::unique_ptr<net::WebSocket> socket_;
  CallReport report_;
  audio::ByteJoiner joiner_;
  audio::LineEncoder encoder_;
  std::deque<Heard> waiting_;   ///< to be heard
  Clock::Time heard_until_{0};  ///< when the last of it will have been
  audio::Samples speech_;       ///< to be said
  std::size_t spoken_ = 0;      ///< of it
  Clock::Time began_{0}, voice_ended_{0}, sound_at_{0};
  std::optional<Clock::Time> answer_at_;  ///< first voiced sample since the caller's voice ended
  CallTurn* turn_ = nullptr;              ///< that answers are for
  bool open_turn_ = false;                ///< the gateway is at one
  bool over_ = false, hanging_up_ = false;
  Pulse tick_;
};

/// The address of a call: `/ws/call` where `url` names no path, with `events=1` and whatever else it lacks.
/// @throws Error usage for what is no address of a WebSocket.
std::string call_url(const std::string& url, const std::string& caller_id, const std::string& locale);

}  // namespace antiphon::gateway
