#pragma once

#include <memory>
#include <string>
#include <vector>

#include "antiphon/base/runtime.hpp"
#include "antiphon/gateway/dialogue/dialogue.hpp"
#include "antiphon/gateway/dialogue/pin_gate.hpp"
#include "antiphon/gateway/dialogue/pin_verifier.hpp"
#include "antiphon/gateway/dialogue/policy.hpp"
#include "antiphon/gateway/dialogue/turn_loop.hpp"
#include "antiphon/gateway/escalation/escalator.hpp"

namespace antiphon::gateway {

/// What the dialogues of a gateway share. All of it outlives them.
struct DialogueParts {
  std::vector<std::shared_ptr<LanguageModel>> models{};  ///< at least one; those behind the first stand in for it
  ToolRouter* tools = nullptr;                           ///< the knowledge base is one of them
  PinVerifier* verifier = nullptr;                       ///< nullptr: nothing needs a PIN
  Escalator* escalator = nullptr;                        ///< nullptr: the end of the call is all that escalation is
  const Masker* masker = nullptr;                        ///< required
};

struct DialogueSettings {
  TurnLoopSettings loop{};
  PolicyOptions policy{};
  PinOptions pin{};
  Duration pin_check{std::chrono::seconds(5)};
  Duration summary{std::chrono::seconds(4)};  ///< that a model gets for it, while the caller hears the goodbye
  Duration hand_over{std::chrono::seconds(10)};
};

/// The dialogue of the gateway: policy, PIN, a model with tools, and sentences that stand in where those fail (GTW-30 to GTW-36). One per call.
class ModelDialogue final : public Dialogue {
 public:
  /// @param rules of the call's locale. @throws Error configuration where there is no model or no masker.
  ModelDialogue(Runtime& runtime, DialogueParts parts, std::shared_ptr<const LocaleRules> rules, DialogueSettings settings = {});

  std::string greeting(const SessionState& session) override;
  Task<AfterAnswer> answer(SessionState& session, const AnswerSink& sink) override;
  Task<> think_ahead(SessionState session) override;
  std::string apology(const SessionState& session) override;
  AfterAnswer after_failure(SessionState& session) override;
  /// Digits that were given before are known to nobody.
  std::string resuming(const SessionState& session) override;
  std::string reprompt(const SessionState& session, int times) override;
  std::string goodbye(const SessionState& session, AfterAnswer after) override;
  Task<> hand_over(SessionState& session) override;
  /// Who asked for a person may go on with the agent; where the agent has given up, or a PIN was wrong too often, that is the end.
  NotTaken not_taken(SessionState& session) override;
  std::string parting(const SessionState& session, Parting why) override;
  json::object memory() const override { return gate_.memory(); }
  void recall(const json::object& memory, const SessionState& session) override;
  Intake* intake() override { return &gate_; }

 private:
  std::string reply(Reply which) const { return rules_->reply(which, settings_.pin.digits); }
  Task<AfterAnswer> respond(SessionState& session, const AnswerSink& sink);
  AfterAnswer say(SessionState& session, const AnswerSink& sink, Reply which) const;
  AfterAnswer escalate(SessionState& session, EscalationReason reason);
  AfterAnswer block(SessionState& session, const AnswerSink& sink) const;
  Task<AfterAnswer> check_pin(SessionState& session, AnswerSink sink, Pin pin);
  Task<AfterAnswer> after_right_pin(SessionState& session, AnswerSink sink);
  bool must_answer(std::string_view text) const;

  Clock& clock_;
  DialogueParts parts_;
  std::shared_ptr<const LocaleRules> rules_;
  DialogueSettings settings_;
  PolicyEngine policy_;
  PinGate gate_;
  TurnLoop loop_;
};

}  // namespace antiphon::gateway
