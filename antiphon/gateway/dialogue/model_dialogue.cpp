#include "antiphon/gateway/dialogue/model_dialogue.hpp"

#include <utility>

#include "antiphon/base/error.hpp"
#include "antiphon/base/limit.hpp"
#include "antiphon/gateway/escalation/summary.hpp"

namespace antiphon::gateway {

namespace {

using Action = PolicyDecision::Action;

/// In the place of a turn that the model must not see.
constexpr std::string_view unsafe_mask = "[UNSAFE_MASKED]";

DialogueParts checked(DialogueParts parts) {
  if (parts.models.empty()) throw Error(ErrorKind::configuration, "a dialogue without a model").with_hint("name one under providers: llm");
  if (!parts.masker) throw Error(ErrorKind::configuration, "a dialogue without a masker of personal data");
  return parts;
}

PolicyOptions policy_of(const DialogueSettings& settings, const DialogueParts& parts) {
  auto options = settings.policy;
  options.authentication = options.authentication && parts.verifier;
  return options;
}

}  // namespace

ModelDialogue::ModelDialogue(Runtime& runtime, DialogueParts parts, std::shared_ptr<const LocaleRules> rules, DialogueSettings settings)
    : clock_(runtime.clock),
      parts_(checked(std::move(parts))),
      rules_(std::move(rules)),
      settings_(std::move(settings)),
      policy_(rules_, policy_of(settings_, parts_)),
      gate_(
          clock_, rules_, settings_.pin, [this](std::string_view text) { return must_answer(text); }, parts_.verifier != nullptr),
      loop_(clock_, parts_.models, parts_.tools, *parts_.masker, rules_, settings_.loop) {}

std::string ModelDialogue::greeting(const SessionState&) {
  auto text = reply(Reply::greeting);
  gate_.set_said(text);  // it may ask for a number
  return text;
}
std::string ModelDialogue::apology(const SessionState&) { return reply(Reply::apology); }
std::string ModelDialogue::resuming(const SessionState&) { return gate_.is_open() ? reply(Reply::ask_pin) : std::string(); }
std::string ModelDialogue::reprompt(const SessionState&, int) { return reply(Reply::still_there); }

std::string ModelDialogue::goodbye(const SessionState& session, AfterAnswer after) {
  if (after == AfterAnswer::escalate) return reply(session.escalated == EscalationReason::turn_limit ? Reply::turn_limit : Reply::escalation);
  const bool said = !session.turns.empty() && !session.turns.back().agent_text.empty();
  return said ? std::string() : reply(Reply::goodbye);
}

AfterAnswer ModelDialogue::say(SessionState& session, const AnswerSink& sink, Reply which) const {
  session.turns.back().agent_text = reply(which);
  sink.say(reply(which));
  return AfterAnswer::go_on;
}

AfterAnswer ModelDialogue::escalate(SessionState& session, EscalationReason reason) {
  gate_.close();
  session.escalated = reason;
  return AfterAnswer::escalate;
}

AfterAnswer ModelDialogue::after_failure(SessionState& session) {
  return session.consecutive_failures >= settings_.policy.failures ? escalate(session, EscalationReason::failures) : AfterAnswer::go_on;
}

AfterAnswer ModelDialogue::block(SessionState& session, const AnswerSink& sink) const {
  session.messages.truncate(session.messages.size() - 1);
  session.messages.append(Message::user(unsafe_mask));
  session.turns.back().user_text = unsafe_mask;  // no summary of the call shows it to a model later
  return say(session, sink, Reply::blocked);
}

bool ModelDialogue::must_answer(std::string_view text) const {
  const auto action = policy_.decide(text, {}).action;
  return action == Action::block || action == Action::escalate;
}

/// A PIN is kept nowhere: one that was given and not yet answered is asked for again.
void ModelDialogue::recall(const json::object& memory, const SessionState& session) {
  gate_.set_said(reply(Reply::greeting));
  for (const auto& turn : session.turns) {
    gate_.note_heard(turn.user_text);
    if (!turn.agent_text.empty()) gate_.set_said(turn.agent_text);
  }
  if (session.turns.empty()) return gate_.recall(memory, false, {});
  const auto& last = session.turns.back();
  const bool needed = parts_.verifier && !session.authenticated;
  const bool is_lost = needed && last.agent_text.empty() && last.user_text.find(pin_mask) != std::string::npos;
  gate_.recall(memory, is_lost, policy_.decide(last.user_text, session).action == Action::authenticate ? last.user_text : std::string());
}

Task<AfterAnswer> ModelDialogue::answer(SessionState& session, const AnswerSink& sink) {
  // Also where it is interrupted: the caller may answer what was asked before that.
  const std::shared_ptr<void> said(nullptr, [this, &session](void*) {
    if (const auto& text = session.turns.back().agent_text; !text.empty()) gate_.set_said(text);
  });
  co_return co_await respond(session, sink);
}

Task<AfterAnswer> ModelDialogue::respond(SessionState& session, const AnswerSink& sink) {
  const auto& text = session.turns.back().user_text;
  const auto decision = policy_.decide(text, session);
  auto pin = gate_.take_pin();
  const bool incomplete = gate_.take_incomplete();
  if (decision.action == Action::block) co_return block(session, sink);
  if (decision.action == Action::escalate) co_return escalate(session, decision.escalation.value_or(EscalationReason::policy));
  if (pin && parts_.verifier && !session.authenticated) {
    if (decision.action == Action::authenticate) gate_.open(text);
    co_return co_await check_pin(session, sink, std::move(*pin));
  }
  if (incomplete) co_return say(session, sink, Reply::pin_incomplete);
  if (decision.action == Action::authenticate) {
    gate_.open(text);
    co_return say(session, sink, Reply::ask_pin);
  }
  co_return co_await loop_.run(session, "", sink);
}

/// Only what goes to the model: what the policy does costs no time, and a PIN is nothing to think about.
Task<> ModelDialogue::think_ahead(SessionState session) {
  const auto& text = session.turns.back().user_text;
  if (gate_.is_open() || text.find(pin_mask) != std::string::npos || policy_.decide(text, session).action != Action::proceed) co_return;
  co_await loop_.think_ahead(std::move(session));
}

Task<AfterAnswer> ModelDialogue::check_pin(SessionState& session, AnswerSink sink, Pin pin) {
  std::optional<bool> right;
  const auto deadline = Deadline::after(clock_, settings_.pin_check);
  auto twin = pin.twin();
  bool cut_off = true;
  // Who says "thank you" meanwhile has given it all the same.
  const std::shared_ptr<void> kept(nullptr, [this, &cut_off, &twin](void*) {
    if (cut_off) gate_.put_back(std::move(twin));
  });
  try {
    right = co_await at_most(clock_, deadline, parts_.verifier->verify(session.caller_id, std::move(pin), deadline),
                             Error(ErrorKind::timeout, "the PIN could not be checked in time"));
  } catch (const Error&) {  // what is said below; an error may tell nobody more
  }
  cut_off = false;
  if (!right) {
    ++session.consecutive_failures;
    gate_.open("");
    co_return say(session, sink, Reply::pin_unavailable);
  }
  const auto decision = settle_pin(session, *right, settings_.pin);
  if (decision.action == Action::escalate) co_return escalate(session, *decision.escalation);
  if (*right) gate_.know(std::move(twin));
  if (*right) co_return co_await after_right_pin(session, sink);
  gate_.open("");
  co_return say(session, sink, Reply::pin_wrong);
}

/// The caller need not ask again: what the PIN was for is answered at once.
Task<AfterAnswer> ModelDialogue::after_right_pin(SessionState& session, AnswerSink sink) {
  auto request = gate_.take_request();
  gate_.close();
  if (request.empty()) co_return say(session, sink, Reply::pin_accepted);
  if (request == session.turns.back().user_text) request.clear();  // it is what the messages end with
  co_return co_await loop_.run(session, std::move(request), sink);
}

Task<> ModelDialogue::hand_over(SessionState& session) {
  if (!parts_.escalator) co_return;
  auto escalation = co_await describe_call(session, loop_.models(), *parts_.masker, Deadline::after(clock_, settings_.summary));
  const auto deadline = Deadline::after(clock_, settings_.hand_over);
  co_await at_most(clock_, deadline, parts_.escalator->hand_over(std::move(escalation), deadline), Error(ErrorKind::timeout, "nobody took the caller in time"));
}

Dialogue::NotTaken ModelDialogue::not_taken(SessionState& session) {
  const bool asked = std::exchange(session.escalated, std::nullopt) == EscalationReason::human_requested;
  return {reply(Reply::nobody_there), asked ? AfterAnswer::go_on : AfterAnswer::end_call};
}

std::string ModelDialogue::parting(const SessionState&, Parting why) {
  if (why == Parting::call_ended) return reply(Reply::call_ended);
  return reply(why == Parting::time_limit ? Reply::time_limit : Reply::nobody_heard);
}

}  // namespace antiphon::gateway
