#include "antiphon/scenario/engine/objections.hpp"

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/scenario/engine/scenario_run.hpp"
#include "antiphon/scenario/ledger/ledger.hpp"

namespace antiphon {

using namespace std::chrono_literals;

namespace {

constexpr auto objection_limit = 60s;  // the agent's hook has 45 s of its own (contracts.md §13)
constexpr auto hurried_limit = 5s;     // after Ctrl-C

// Coroutines, so that what is thrown before there is a task is thrown where that is waited for.
Task<std::optional<std::string>> ask_agent(ObjectsAtEnd& agent, bool success, std::string reasoning) {
  co_return co_await agent.objection(success, std::move(reasoning));
}
Task<std::optional<std::string>> ask_hook(const EndHook& hook, EndOfRun end) { co_return co_await hook.ask(std::move(end)); }

}  // namespace

ObjectsAtEnd* objects_at_end(Participant& participant) { return dynamic_cast<ObjectsAtEnd*>(&participant); }

void take_veto(ScenarioResult& result, std::string_view who, const std::string& reason) {
  const auto before = fmt::format("{} ({})", to_string(result.outcome), result.reasoning);
  CriterionResult veto{.criterion = fmt::format("No objection of {}.", who), .reasoning = reason, .status = CriterionStatus::failed};
  veto.requirement = fmt::format("before its objection the run was {}", before);
  result.criteria.push_back(std::move(veto));
  if (result.outcome == RunOutcome::error) return;
  const auto objection = fmt::format("{} objects: {}", who, reason);
  result.reasoning = result.outcome == RunOutcome::failed ? fmt::format("{}; {}", result.reasoning, objection) : objection;
  result.outcome = RunOutcome::failed;
}

void take_missing_verdict(ScenarioResult& result, std::string_view who, const std::string& why) {
  const auto message = fmt::format("the verdict of {} could not be had: {}", who, why);
  if (result.outcome == RunOutcome::failed || result.outcome == RunOutcome::error) {
    result.notices.push_back(message);
    return;
  }
  result.outcome = RunOutcome::error;
  result.error = RunError{Party::harness, message};
  result.reasoning = message;
}

Task<> ScenarioRun::hear_objections(ScenarioResult& result) {
  for (auto& seat : seats_) {
    auto* objector = objects_at_end(*seat.participant);
    if (!objector) continue;
    co_await hear_objection(agents_own_code, ask_agent(*objector, result.outcome == RunOutcome::passed, result.reasoning), result);
    co_await close_seat(seat);
  }
  if (!scenario_.on_simulation_end) co_return;
  const SimulatedCase unnamed{.label = scenario_.name, .instructions = scenario_.description};
  EndOfRun end{.runtime = place_.runtime,
               .http = place_.http,
               .run_id = run_id_,
               .thread_id = thread_id_,
               .simulated = scenario_.simulated ? *scenario_.simulated : unnamed,
               .messages = messages(),
               .success = result.outcome == RunOutcome::passed,
               .reasoning = result.reasoning};
  co_await hear_objection(end_hook, ask_hook(scenario_.on_simulation_end, std::move(end)), result);
}

Task<> ScenarioRun::hear_objection(std::string_view who, Task<std::optional<std::string>> asked, ScenarioResult& result) {
  std::optional<std::string> veto;
  std::exception_ptr failure;
  try {
    watchdog_.forgive();  // it has a time of its own, after the run's
    veto = co_await watchdog_.guard(watchdog_.was_interrupted() ? hurried_limit : objection_limit, std::move(asked));
  } catch (...) {
    failure = std::current_exception();
  }
  if (failure)
    take_missing_verdict(result, who, watchdog_.fired() ? "it took too long" : describe(failure));
  else if (veto)
    take_veto(result, who, *veto);
  if (failure || veto) result.fault = ledger::attribute(case_of(result));
}

}  // namespace antiphon
