#pragma once

#include <functional>
#include <string>

#include "antiphon/base/clock.hpp"
#include "antiphon/gateway/session_state.hpp"

namespace antiphon::gateway {

/// What follows after an answer was heard.
enum class AfterAnswer { go_on, end_call, escalate };

/// Where an answer goes while it is made.
struct AnswerSink {
  std::function<void(std::string sentence)> say;    ///< in order; each is synthesised as it comes
  std::function<void(json::object event)> event{};  ///< of tools, for those that listen to the call
};

/// Finds the answer to a turn (GTW-30). One per call; one turn at a time, on the executor of the call.
class Dialogue {
 public:
  virtual ~Dialogue() = default;
  /// What is said before the caller has said anything; empty: nothing.
  virtual std::string greeting(const SessionState& session) = 0;
  /// Answers the last of `session.turns`, whose `user_text` is set; sets `tools`, `agent_text` and the latencies of the model in it, and adds to
  /// `session.messages` all but what is said: whoever says it knows what was heard. Cancelled, it leaves behind what it has said so far.
  /// @throws Error where no answer can be found; the caller of this says so.
  virtual Task<AfterAnswer> answer(SessionState& session, const AnswerSink& sink) = 0;
  /// Said where `answer` has failed.
  virtual std::string apology(const SessionState& session) = 0;
  /// Asks a silent caller whether anybody is there; empty: the call is ended.
  virtual std::string reprompt(const SessionState& session, int times) = 0;
  virtual std::string goodbye(const SessionState& session, AfterAnswer after) = 0;
};

}  // namespace antiphon::gateway
