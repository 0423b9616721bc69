#include "antiphon/gateway/escalation/summary.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::gateway {

namespace {

constexpr std::size_t shown_turns = 3;  // of a plain summary: who takes the call has the transcript as well

constexpr std::string_view task =
    "A caller goes from an automatic agent to a person. Write for that person, in three sentences at most: what the caller wants, what was found out or done, "
    "and what is still open. Nothing but what stands in the transcript.";

json::array transcript_of(const SessionState& session, const Masker& masker) {
  json::array turns;
  for (const auto& turn : session.turns) turns.push_back(json::object{{"user", masker.mask(turn.user_text)}, {"agent", masker.mask(turn.heard_text)}});
  return turns;
}

std::string reason_of(const SessionState& session) { return std::string(to_string(session.escalated.value_or(EscalationReason::policy))); }

ChatRequest summary_request(const SessionState& session, const json::array& transcript) {
  History messages;
  messages.append(Message::user(fmt::format("Reason: {}\nTranscript: {}", reason_of(session), json::serialize(transcript))));
  ChatRequest request{.preamble = {Message::system(task)}, .messages = std::move(messages)};
  request.temperature = 0;
  request.max_tokens = 200;
  request.tags = {.thread_id = session.id + "-summary", .role = "agent", .turn = 1};
  return request;
}

}  // namespace

std::string plain_summary(const SessionState& session) {
  auto text = fmt::format("Escalated: {}. {} turns, the caller is {}.", reason_of(session), session.turns.size(),
                          session.authenticated ? "authenticated" : "not authenticated");
  std::vector<std::string> said, tools;
  const auto from = session.turns.size() - std::min(session.turns.size(), shown_turns);
  for (std::size_t i = from; i < session.turns.size(); ++i) said.push_back(quote(session.turns[i].user_text));
  for (const auto& turn : session.turns)
    for (const auto& tool : turn.tools) tools.push_back(fmt::format("{} ({})", tool.tool, tool.ok ? "done" : "failed"));
  if (!said.empty()) text += fmt::format(" The caller said last: {}.", join(said, ", "));
  if (!tools.empty()) text += fmt::format(" Tools: {}.", join(tools, ", "));
  return text;
}

Task<Escalation> describe_call(const SessionState& session, ModelChain& models, const Masker& masker, Deadline deadline) {
  Escalation escalation{.call_id = session.id,
                        .caller_id = session.caller_id,
                        .locale = session.locale,
                        .reason = session.escalated.value_or(EscalationReason::policy),
                        .authenticated = session.authenticated,
                        .transcript = transcript_of(session, masker)};
  try {
    escalation.summary = trim(co_await models.complete(summary_request(session, escalation.transcript), deadline));
  } catch (const Error&) {  // the plain one stands in for it
  }
  escalation.summary = masker.mask(escalation.summary.empty() ? plain_summary(session) : escalation.summary);
  co_return escalation;
}

}  // namespace antiphon::gateway
