#include "antiphon/cli/run/suite_hooks.hpp"

#include <algorithm>

#include "antiphon/base/error.hpp"

namespace antiphon::cli {

namespace {

int gravity(const ScenarioResult& result) {
  if (result.not_run) return 0;
  switch (result.outcome) {
    case RunOutcome::passed: return 1;
    case RunOutcome::inconclusive: return 2;
    case RunOutcome::failed: return 3;
    case RunOutcome::error: break;
  }
  return 4;
}

std::string gravest_of(const std::vector<ScenarioResult>& results, const std::string& suite) {
  const ScenarioResult* gravest = nullptr;
  for (const auto& result : results)
    if (result.suite == suite && (!gravest || gravity(result) > gravity(*gravest))) gravest = &result;
  return !gravest || gravest->not_run ? "not_run" : std::string(to_string(gravest->outcome));
}

}  // namespace

SuiteHooks::SuiteHooks(const std::vector<suite::SuiteFile>& suites) {
  for (const auto& suite : suites)
    if (!suite.hooks.before.empty() || !suite.hooks.after.empty()) entries_.push_back({.suite = suite.name, .hooks = suite.hooks});
}

void SuiteHooks::before(StopSource stop) {
  for (auto& entry : entries_) {
    if (stop.requested()) return;
    entry.begun = true;
    try {
      const auto failures = run_hooks_here(blocking_, entry.hooks.before, {{"ANTIPHON_SUITE", entry.suite}}, HookFailure::stop_at_first, stop);
      if (!failures.empty()) failures_[entry.suite] = failures.front();
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::cancelled) throw;
    }
  }
}

const std::string* SuiteHooks::failure_of(const std::string& suite) const {
  const auto it = failures_.find(suite);
  return it == failures_.end() ? nullptr : &it->second;
}

void SuiteHooks::after(std::vector<ScenarioResult>& results, StopSource stop) {
  for (const auto& entry : entries_) {
    if (!entry.begun) continue;
    const HookEnvironment told{{"ANTIPHON_SUITE", entry.suite}, {"ANTIPHON_OUTCOME", gravest_of(results, entry.suite)}};
    for (const auto& failure : run_hooks_here(blocking_, entry.hooks.after, told, HookFailure::go_on, stop))
      for (auto& result : results)
        if (result.suite == entry.suite) result.notices.push_back(failure);
  }
}

}  // namespace antiphon::cli
