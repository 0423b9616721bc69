#include "antiphon/scenario/audit/auditor.hpp"

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/scenario/audit/case_text.hpp"
#include "antiphon/scenario/audit/fault_tool.hpp"
#include "antiphon/scenario/judge/forced_answer.hpp"
#include "antiphon/scenario/ledger/parties.hpp"

namespace antiphon::audit {

namespace {

ModelSettings cool(ModelSettings settings) {
  if (!settings.temperature) settings.temperature = 0.0;
  return settings;
}

// Draws of its own: an audit changes nothing about what others draw.
ParticipantContext beside_the_others(ParticipantContext context) {
  context.stream += " auditor";
  return context;
}

/// What one answer of the model is worth.
struct Reading {
  std::optional<Answer> answer{};
  std::string complaint{};  ///< malformed: to be shown to the model
  std::string unfounded{};  ///< void; asking again would only teach it to invent better
};

Reading read(const Message& message, const std::vector<Party>& parties, const ledger::Case& run) {
  const auto* call = call_of(message, tool_name);
  if (!call) return {.complaint = fmt::format("{} was not called", tool_name)};
  try {
    return {.answer = parse_fault(*call, parties, run)};
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::invalid_input) return {.unfounded = error.message()};
    return {.complaint = error.message()};
  }
}

Fault fault_of(Answer answer, const Fault& by_rules, const ledger::Case& run) {
  Fault fault{.party = answer.party,
              .by = Fault::By::audit,
              .rule = "",
              .why = std::move(answer.why),
              .evidence = std::move(answer.evidence),
              .certain = answer.sure == Answer::Sure::certain,
              .rules_said = RulesSaid{.party = by_rules.party, .rule = by_rules.rule, .why = by_rules.why}};
  fault.parties = ledger::standings(run, fault);
  return fault;
}

}  // namespace

bool is_due(const ScenarioResult& result) { return !result.not_run && !result.success() && !result.error && result.fault && !result.fault->certain; }

Auditor::Auditor(const ModelSettings& settings, const ParticipantContext& context)
    : model_(open_model(cool(settings), beside_the_others(context))), thread_id_(context.thread_id) {}

ChatRequest Auditor::request_for(const ledger::Case& run, const History& messages, const Fault& by_rules) const {
  const auto parties = parties_for(run);
  return {.preamble = {Message::system(instructions(parties))},
          .messages = {Message::user(case_text(run, messages, by_rules))},
          .tools = ToolSet(std::vector<Tool>{fault_tool(parties)}),
          .tool_choice = {ToolChoice::Mode::named, std::string(tool_name)},
          .tags = {thread_id_, "auditor", run.result.turns}};
}

Task<Audit> Auditor::audit(ledger::Case run, History messages, Fault by_rules, Deadline deadline) {
  const auto parties = parties_for(run);
  auto request = request_for(run, messages, by_rules);
  for (int attempt = 0;; ++attempt) {
    const auto response = co_await model_.ask(request, deadline);
    auto reading = read(response.message, parties, run);
    if (!reading.unfounded.empty()) co_return Audit{.notice = "the audit is void: " + reading.unfounded};
    if (reading.answer && reading.answer->sure == Answer::Sure::unsure)
      co_return Audit{.notice =
                          fmt::format("the audit is unsure and overrules nobody; its guess is {}: {}", to_string(reading.answer->party), reading.answer->why)};
    if (reading.answer) co_return Audit{.fault = fault_of(std::move(*reading.answer), by_rules, run)};
    if (attempt > 0)
      throw Error(ErrorKind::protocol, fmt::format("its model {} broke the protocol twice: {}; it answered {}", model_.name(), reading.complaint,
                                                   preview(response.message.json(), 160)))
          .with_hint("use a model that can call tools");
    complain(request, response.message, reading.complaint);
  }
}

}  // namespace antiphon::audit
