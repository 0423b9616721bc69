#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "antiphon/result/events.hpp"
#include "antiphon/scenario/scenario.hpp"

namespace antiphon {

/// Asks runs to stop; shared by whoever may ask and all runs under way. Thread safe; `request` may be called from a signal-watching thread.
class StopSource {
 public:
  StopSource();
  void request();
  bool requested() const;
  /// Calls `action` when a stop is requested (at once, when it was already). The returned object unregisters it.
  std::shared_ptr<void> on_request(std::function<void()> action);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

struct RunOptions {
  int jobs = 8;                                   ///< at once
  std::uint64_t seed = 0;                         ///< 0: drawn, and told in the result
  std::shared_ptr<const ModelRegistry> models{};  ///< nullptr: the defaults
  EventSink* events = nullptr;
  StopSource stop{};                                       ///< cancels what is under way; results are kept
  std::function<void(const ScenarioResult&)> on_result{};  ///< each as it ends, from any thread, one at a time
};

/// Runs one scenario to its end. Blocks. @throws Error configuration when it cannot be run at all.
ScenarioResult run(Scenario scenario, RunOptions options = {});

/// Runs many, `options.jobs` at once; results in the order of the scenarios, `not_run` where a stop came first.
std::vector<ScenarioResult> run_all(std::vector<Scenario> scenarios, RunOptions options = {});

/// The result of a scenario that was selected and never begun.
ScenarioResult not_run(const Scenario& scenario);

/// As `run`, on the executor of the caller, in real time.
Task<ScenarioResult> async_run(Scenario scenario, RunOptions options = {});

}  // namespace antiphon
