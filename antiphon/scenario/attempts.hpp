#pragma once

#include <memory>

#include "antiphon/scenario/run.hpp"

namespace antiphon {

/// The attempts at one run: as many as `RunOptions::again` wants, the first always. The last one counts and keeps those before it. Used on one
/// thread; scenario and options outlive it.
class Attempts {
 public:
  Attempts(const Scenario& scenario, const RunOptions& options) : options_(options), scenario_(scenario) {}

  /// Whether another one is due.
  bool again() const { return due_; }
  /// The scenario as the attempt that is due plays it; valid until the next call.
  const Scenario& next();
  /// What it came to.
  void add(std::unique_ptr<ScenarioResult> result);
  std::unique_ptr<ScenarioResult> result() && { return std::move(last_); }

 private:
  const RunOptions& options_;
  const Scenario& scenario_;
  std::unique_ptr<Scenario> later_;  // from the second attempt on: most runs have one, and a scenario is large
  std::unique_ptr<ScenarioResult> last_;
  bool due_ = true;
};

}  // namespace antiphon
