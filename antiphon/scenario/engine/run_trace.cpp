#include "antiphon/scenario/engine/run_trace.hpp"

#include <fmt/format.h>

#include "antiphon/base/random.hpp"
#include "antiphon/trace/attributes.hpp"

namespace antiphon {

namespace attr = trace::attr;

namespace {

// In virtual time all of a run can be repeated, its ids included. In real time the trace's id meets other systems and must be nobody else's;
// ids of spans, which models are shown, stay those of the seed.
trace::TraceId new_trace_id(const Clock& clock, std::uint64_t seed, const std::string& scenario_id) {
  const std::string_view key[] = {scenario_id, "run", "trace id"};
  RandomStream stream = clock.is_virtual() ? RandomStream(seed, key) : RandomStream(random_seed());
  return {stream.next(), stream.next() | 1};
}

RandomStream span_ids(std::uint64_t seed, const std::string& scenario_id) {
  const std::string_view key[] = {scenario_id, "run", "span ids"};
  return {seed, key};
}

void tell_verdict(trace::ActiveSpan& span, const Verdict& verdict) {
  for (const auto& criterion : verdict.criteria)
    span.add_event(attr::evaluation, {{attr::evaluation_name, criterion.criterion},
                                      {attr::evaluation_label, std::string(to_string(criterion.status))},
                                      {attr::evaluation_explanation, criterion.reasoning}});
}

}  // namespace

RunTrace::RunTrace(bool on, const Clock& clock, std::uint64_t seed, const std::string& scenario_id)
    : recorder_(on ? std::make_shared<trace::Recorder>(clock, new_trace_id(clock, seed, scenario_id), span_ids(seed, scenario_id)) : nullptr) {}

// Coroutines that never ended are destroyed after the run and its clock; their spans must find a recorder that asks for no time.
RunTrace::~RunTrace() {
  if (recorder_) recorder_->close();
}

void RunTrace::begin(const ScenarioResult& identity, const std::string& run_id, const std::string& thread_id) {
  if (!recorder_) return;
  thread_id_ = thread_id;
  scenario_ = recorder_->begin("scenario");
  scenario_.set(attr::scenario_id, identity.id).set(attr::scenario_set, identity.set).set(attr::run_id, run_id).set(attr::conversation, thread_id);
}

std::shared_ptr<trace::Scope> RunTrace::seat(Role role, const std::string& name) {
  if (!recorder_) return nullptr;
  // What the tester's own side does is no evidence about the agent.
  auto scope = std::make_shared<trace::Scope>(trace::Scope{.recorder = recorder_, .parent = scenario_.id(), .shown = role == Role::agent});
  seats_.push_back({.span_name = "invoke_agent " + name, .name = name, .role = role, .scope = scope});
  return scope;
}

Task<AgentReply> RunTrace::call(std::size_t seat, int turn, Task<AgentReply> work) {
  if (!recorder_ || seat >= seats_.size()) return work;
  if (!turn_ || turn != turn_number_) {
    turn_.end();  // before the next begins, so that its end is not later than that
    turn_ = recorder_->begin(fmt::format("turn {}", turn), trace::SpanKind::internal, scenario_.id());
    turn_.set(attr::turn, turn);
    turn_number_ = turn;
  }
  auto& speaker = seats_[seat];
  auto span = recorder_->begin(speaker.span_name, trace::SpanKind::internal, turn_.id(), speaker.scope->shown);
  span.set(attr::operation, std::string_view("invoke_agent")).set(attr::agent_name, speaker.name).set(attr::role, to_string(speaker.role));
  span.set(attr::conversation, thread_id_);
  speaker.newest_call = speaker.scope->parent = span.id();
  return traced(std::move(span), std::move(work));
}

Task<AgentReply> RunTrace::traced(trace::ActiveSpan span, Task<AgentReply> work) {
  auto reply = co_await trace::within(span, std::move(work));
  if (reply.verdict()) tell_verdict(span, *reply.verdict());
  co_return reply;
}

void RunTrace::produced(std::size_t seat, std::size_t begin, std::size_t end) {
  if (recorder_ && seat < seats_.size() && end > begin) produced_.push_back({seats_[seat].newest_call, begin, end});
}

void RunTrace::rolled_back(std::size_t size) {
  while (!produced_.empty() && produced_.back().begin >= size) {
    recorder_->hide(produced_.back().span);
    produced_.pop_back();
  }
  if (!produced_.empty()) produced_.back().end = std::min(produced_.back().end, size);
}

std::shared_ptr<trace::Scope> RunTrace::begin_audit() {
  if (!recorder_) return nullptr;
  turn_.end();
  audit_ = recorder_->begin("audit", trace::SpanKind::internal, scenario_.id(), false);
  audit_.set(attr::operation, std::string_view("invoke_agent")).set(attr::agent_name, std::string_view("auditor"));
  audit_.set(attr::role, std::string_view("auditor")).set(attr::conversation, thread_id_);
  return std::make_shared<trace::Scope>(trace::Scope{.recorder = recorder_, .parent = audit_.id(), .shown = false});
}

void RunTrace::end_audit(const Fault* fault, const std::string& why) {
  if (fault)
    audit_.add_event(attr::evaluation, {{attr::evaluation_name, std::string("fault")},
                                        {attr::evaluation_label, std::string(to_string(fault->party))},
                                        {attr::evaluation_explanation, fault->why}});
  else
    audit_.fail("no attribution", why);
  audit_.end();
}

void RunTrace::end(RunOutcome outcome, const std::string& reasoning) {
  if (!recorder_) return;
  scenario_.set(attr::outcome, to_string(outcome));
  if (outcome == RunOutcome::error) scenario_.fail("error", reasoning);
  turn_.end();
  audit_.end();
  scenario_.end();
  recorder_->close();
}

}  // namespace antiphon
