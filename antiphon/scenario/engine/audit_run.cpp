#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/scenario/engine/scenario_run.hpp"

namespace antiphon {

namespace {

std::string stands(std::string_view why) { return fmt::format("{}; whose fault it was is told by rule", why); }

// Whoever keeps an auditor from its answer, the run has its outcome: all that is lost is a second opinion.
std::string why_none(std::exception_ptr failure, std::optional<Watchdog::Reason> stopped, Duration limit) {
  if (stopped == Watchdog::Reason::interrupted) return "the audit was interrupted";
  if (stopped) return fmt::format("the auditor gave no answer within {} (turn_timeout)", format_duration(limit));
  try {
    std::rethrow_exception(failure);
  } catch (const Error& error) {
    return fmt::format("the auditor failed: {}{}{}", error.message(), error.hint().empty() ? "" : "; ", error.hint());
  } catch (...) {
    return "the auditor failed: " + describe(failure);
  }
}

}  // namespace

Task<audit::Audit> ScenarioRun::ask_auditor(const ScenarioResult& result, std::shared_ptr<trace::Scope> scope) {
  auto context = this->context();
  context.spans = std::move(scope);
  audit::Auditor auditor(scenario_.audit, context);
  co_return co_await auditor.audit(case_of(result), messages(), *result.fault, watchdog_.deadline_for(turn_limit()));
}

Task<> ScenarioRun::audit(ScenarioResult& result) {
  if (!is_audited(scenario_) || !audit::is_due(result)) co_return;
  std::exception_ptr failure;
  audit::Audit audit;
  try {
    watchdog_.forgive();  // it has a time of its own, after the run's
    audit = co_await watchdog_.guard(turn_limit(), ask_auditor(result, trace_.begin_audit()));
  } catch (...) {
    failure = std::current_exception();
  }
  if (failure) audit.notice = why_none(failure, watchdog_.fired(), turn_limit());
  trace_.end_audit(audit.fault ? &*audit.fault : nullptr, audit.notice);
  if (!audit.fault) {
    result.notices.push_back(stands(audit.notice));
    co_return;
  }
  result.fault = std::move(audit.fault);
  emit(FaultAudited{id_, label(), *result.fault, since_start(clock().now())});
}

// An auditor that waits for something on no clock is left behind; the run was over before it.
ScenarioResult ScenarioRun::give_up_audit() {
  assembled_->notices.push_back(stands("the auditor waits for something that is on no clock and cannot be stopped; use `clock: wall`"));
  close(*assembled_);
  return std::move(*assembled_);
}

}  // namespace antiphon
