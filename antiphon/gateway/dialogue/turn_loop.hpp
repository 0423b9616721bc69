#pragma once

#include <memory>
#include <optional>
#include <string>

#include "antiphon/gateway/dialogue/dialogue.hpp"
#include "antiphon/gateway/dialogue/model_chain.hpp"
#include "antiphon/gateway/dialogue/prompt.hpp"
#include "antiphon/gateway/dialogue/thought.hpp"
#include "antiphon/gateway/privacy/mask.hpp"
#include "antiphon/gateway/tools/router.hpp"

namespace antiphon::gateway {

struct TurnLoopSettings {
  PromptSettings prompt{};
  ModelChainSettings chain{};
  std::optional<double> temperature = 0.3;
  std::optional<int> max_tokens = 512;
  int tool_rounds = 5;                             ///< of one turn; then the model has to answer
  Duration filler_after{std::chrono::seconds(1)};  ///< of tools that are under way: one sentence fills the silence of a turn
  Duration tool_limit{std::chrono::seconds(15)};   ///< of one round
};

/// One turn of a model: it speaks, calls tools, and speaks again, until it has answered (GTW-30). One per call; one turn at a time.
class TurnLoop {
 public:
  /// @param tools nullptr: there are none but the dialogue's own. It, and `masker`, outlive this.
  TurnLoop(Clock& clock, std::vector<std::shared_ptr<LanguageModel>> models, ToolRouter* tools, const Masker& masker, std::shared_ptr<const LocaleRules> rules,
           TurnLoopSettings settings);

  /// Answers what `session.messages` ends with, and `request` behind it where that is not empty.
  /// As `Dialogue::answer`. A call of tools stands in the messages with all its results, or not at all; where it was cancelled with that in its place.
  Task<AfterAnswer> run(SessionState& session, std::string request, AnswerSink sink);
  /// Asks the model before it is known that what `session.messages` ends with is all. As `Dialogue::think_ahead`.
  Task<> think_ahead(SessionState session);
  ModelChain& models() { return chain_; }

 private:
  struct Turn;

  ChatRequest request_for(const SessionState& session, const History& messages, bool may_call) const;
  Task<ChatResponse> ask(Turn& turn, bool may_call);
  Task<ChatResponse> answer_of(Turn& turn, bool may_call, AnswerProgress progress);
  Task<> call_tools(Turn& turn, std::vector<ToolCall> calls);
  Task<std::vector<ToolResult>> results_of(Turn& turn, std::vector<ToolCall> calls);
  void tell_calls(const Turn& turn, const std::vector<ToolCall>& calls) const;
  void tell_results(const Turn& turn, const std::vector<ToolCall>& calls, const std::vector<ToolResult>& results) const;
  void observe(const Turn& turn, ModelAnswered note, const std::optional<ChatResponse>& response, const std::exception_ptr& failure) const;
  void observe(Turn& turn, const std::vector<ToolCall>& calls, const std::vector<ToolResult>& results) const;
  void remember(Turn& turn, const std::vector<ToolCall>& calls, const std::vector<ToolResult>& results) const;
  /// Whether the loop is over for what the model did with the dialogue's own tools.
  static std::optional<AfterAnswer> follow(std::vector<ToolCall>& calls);

  Clock& clock_;
  ModelChain chain_;
  ToolRouter* tools_;
  const Masker& masker_;
  std::shared_ptr<const LocaleRules> rules_;
  TurnLoopSettings settings_;
  std::shared_ptr<Thought> thought_;  ///< of a turn that was not answered yet
};

}  // namespace antiphon::gateway
