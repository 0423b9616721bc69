#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "antiphon/base/clock.hpp"
#include "antiphon/base/json.hpp"
#include "antiphon/base/task.hpp"
#include "antiphon/gateway/observe/call_note.hpp"
#include "antiphon/gateway/session_state.hpp"

namespace antiphon::gateway {

/// What follows after an answer was heard.
enum class AfterAnswer { go_on, end_call, escalate };

/// Why a gateway ends a call that neither side has ended.
enum class Parting { time_limit, nobody_heard, call_ended };

/// Where an answer goes while it is made.
struct AnswerSink {
  std::function<void(std::string sentence)> say;    ///< in order; each is synthesised as it comes
  std::function<void(json::object event)> event{};  ///< of tools, for those that listen to the call
  CallObserver* observer = nullptr;                 ///< is told of models and tools; nullptr: nobody
};

/// Stands between the caller's words and everything else: what only it may know, a PIN, never leaves it (GTW-32). One per call, on its executor.
class Intake {
 public:
  /// A whole turn, without what nobody else may see.
  struct Taken {
    std::string text;
    bool answer = true;  ///< false: more is to come, nothing is said yet
  };

  virtual ~Intake() = default;
  /// Called once, before anything else: how it has the agent answer without a turn of the caller, as if the caller had said that text.
  virtual void attach(std::function<void(std::string text)> take_floor) = 0;
  /// Of a turn that is not over.
  virtual std::string show(std::string_view text) const = 0;
  virtual Taken take(std::string_view text, Clock::Time voice_ended) = 0;
  /// Keys of the telephone, in order.
  virtual void press(std::string_view keys) = 0;
  /// Whether these mean nothing any more: the agent speaks on.
  virtual bool ignores(std::string_view /*keys*/) const { return false; }
  virtual void set_speaking(bool speaking) = 0;
  /// Whether a turn may be over after such words; else the caller gets longer (GTW-23).
  virtual bool is_complete(std::string_view text) const = 0;
};

/// Finds the answer to a turn (GTW-30). One per call; one turn at a time, on the executor of the call.
class Dialogue {
 public:
  virtual ~Dialogue() = default;
  /// What is said before the caller has said anything; empty: nothing.
  virtual std::string greeting(const SessionState& session) = 0;
  /// Answers the last of `session.turns`, whose `user_text` is set; sets `tools`, `agent_text` and the latencies of the model in it, and adds to
  /// `session.messages` all but what is said: whoever says it knows what was heard. Cancelled, it leaves behind what it has said so far.
  /// With `escalate` it says nothing of it, and `session.escalated` is set: `goodbye` does.
  /// @throws Error where no answer can be found; the caller of this says so, and counts a failure.
  virtual Task<AfterAnswer> answer(SessionState& session, const AnswerSink& sink) = 0;
  /// Begins to answer the last of `session.turns`, which may not be over yet (GTW-23). Nothing of it is said, remembered or done, no tool is called;
  /// `answer` uses it where that turn turns out to be the whole. Cancelled, it forgets. Never throws but for that.
  virtual Task<> think_ahead(SessionState session);
  /// Said where `answer` has failed, or where the caller could not be heard.
  virtual std::string apology(const SessionState& session) = 0;
  /// What follows when the caller could not be heard, and that was counted as a failure.
  virtual AfterAnswer after_failure(SessionState&) { return AfterAnswer::go_on; }
  /// Said where a call goes on in which no answer is open; empty: the caller has the word.
  virtual std::string resuming(const SessionState& /*session*/) { return {}; }
  /// Asks a silent caller whether anybody is there; empty: the call is ended.
  virtual std::string reprompt(const SessionState& session, int times) = 0;
  /// Empty: nothing is left to say.
  virtual std::string goodbye(const SessionState& session, AfterAnswer after) = 0;
  /// Gives the caller to a person, while `goodbye` is said (GTW-36). @throws Error where that failed.
  virtual Task<> hand_over(SessionState& session);
  /// What is said, and what follows, where that failed: the caller is not left without a word. The session is escalated no longer.
  struct NotTaken {
    std::string say{};  ///< empty: nothing
    AfterAnswer after = AfterAnswer::end_call;
  };
  virtual NotTaken not_taken(SessionState& session);
  /// Said before the gateway ends the call by itself; empty: nothing, it ends at once.
  virtual std::string parting(const SessionState& /*session*/, Parting /*why*/) { return {}; }
  /// What it knows of the call beside the session, for another instance that goes on with it. Nothing secret.
  virtual json::object memory() const { return {}; }
  /// Before anything else, in a call that goes on: what `memory` said there.
  virtual void recall(const json::object& /*memory*/, const SessionState& /*session*/) {}
  /// nullptr: the caller's words go to everybody as they are.
  virtual Intake* intake() { return nullptr; }
};

}  // namespace antiphon::gateway
