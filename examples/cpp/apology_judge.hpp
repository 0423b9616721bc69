#pragma once

#include <antiphon/antiphon.hpp>
#include <memory>

/// Fails a run in which the agent says that it is sorry and leaves it at that: no tool is called after the apology.
class ApologyJudge final : public antiphon::Participant {
 public:
  antiphon::Task<antiphon::AgentReply> call(antiphon::AgentInput input) override {
    antiphon::CriterionResult result{.criterion = criterion, .reasoning = "nobody apologised", .status = antiphon::CriterionStatus::passed};
    for (std::size_t i = 0; i < input.messages.size(); ++i) {
      const auto& message = input.messages[i];
      if (message.role() != antiphon::MessageRole::assistant) continue;
      if (!message.tool_calls().empty()) {
        result.status = antiphon::CriterionStatus::passed, result.reasoning = "a tool was called";
        result.evidence = {static_cast<int>(i)};
      } else if (message.text().find("sorry") != std::string::npos) {
        result.status = antiphon::CriterionStatus::failed, result.reasoning = "sorry, and nothing done";
        result.evidence = {static_cast<int>(i)};  // indices of messages: a reader can check the verdict
      }
    }
    // Asked every turn: an empty reply lets the conversation go on. When a verdict is wanted, or this turn is the last, decide.
    const bool wanted = input.judgment_request.has_value() || input.last_turn;
    if (!wanted) co_return antiphon::AgentReply();
    co_return antiphon::Verdict{.reasoning = result.reasoning, .criteria = {result}};  // the outcome follows from the criteria
  }

  static constexpr const char* criterion = "An apology is followed by a deed";
};

inline antiphon::ParticipantSpec apology_judge() {
  const auto make = [](const antiphon::ParticipantContext&) { return std::make_unique<ApologyJudge>(); };
  return antiphon::ParticipantSpec("apology judge", make, true)  // true: waits on nothing but the run's clock
      .with_criteria({ApologyJudge::criterion});                 // so that it is asked for its verdict at the end
}
