#pragma once

#include <memory>
#include <string>

#include "antiphon/base/channel.hpp"
#include "antiphon/base/runtime.hpp"
#include "antiphon/gateway/dialogue/dialogue.hpp"
#include "antiphon/gateway/evaluation/evaluation_report.hpp"

namespace antiphon::gateway {

struct EvaluatedCallSettings {
  int most_turns = 50;                           ///< then the caller goes to a person, as in a call
  Duration turn_limit{std::chrono::minutes(2)};  ///< of one answer
  Duration silence{std::chrono::seconds(10)};    ///< after which a line counts as not answered
};

/// Plays a scenario against a dialogue, without any sound: what a caller would say goes in as recognised, and every answer is heard to its end. The caller
/// is handed to nobody. One executor; used once.
class EvaluatedCall {
 public:
  /// @param dialogue outlives it, and is used for nothing else
  EvaluatedCall(Runtime& runtime, Dialogue& dialogue, EvaluationScenario scenario, std::string session_id, EvaluatedCallSettings settings = {});

  /// Never throws for what the dialogue does: that stands in the result.
  Task<ScenarioEvaluation> play();
  /// All of the conversation so far.
  const SessionState& session() const { return session_; }

 private:
  Task<TurnEvaluation> play_turn(EvaluationTurn line);
  Task<std::optional<std::string>> floor_after(const EvaluationTurn& line, TurnEvaluation& result);
  Task<> respond(std::string text, TurnEvaluation& result);
  void finish(AfterAnswer after, TurnEvaluation& result);
  void judge(const EvaluationTurn& line, TurnEvaluation& result);
  void fail(TurnEvaluation& result, std::string error);

  Runtime& runtime_;
  Dialogue& dialogue_;
  EvaluatedCallSettings settings_;
  ScenarioEvaluation result_;
  SessionState session_;
  Channel<std::string> floors_;  ///< turns that the dialogue takes by itself: a PIN is complete
  int over_since_ = 0;           ///< the turn that ended the call; 0: it goes on
};

}  // namespace antiphon::gateway
