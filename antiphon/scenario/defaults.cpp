#include "antiphon/scenario/defaults.hpp"

#include <mutex>

#include "antiphon/scenario/judge/trusted_judge.hpp"

namespace antiphon {

namespace {

struct Store {
  std::mutex mutex;
  RunDefaults defaults;
};

Store& store() {
  static Store one;
  return one;
}

template <class T>
void fill(std::optional<T>& value, const std::optional<T>& below) {
  if (!value) value = below;
}

}  // namespace

RunDefaults RunDefaults::merged_over(RunDefaults below) const {
  auto merged = *this;
  merged.model = model.merged_over(below.model);
  merged.audit = audit.merged_over(below.audit);
  fill(merged.max_turns, below.max_turns);
  fill(merged.timeout, below.timeout);
  fill(merged.turn_timeout, below.turn_timeout);
  fill(merged.clock, below.clock);
  fill(merged.cassettes, below.cassettes);
  fill(merged.cache, below.cache);
  fill(merged.tracing, below.tracing);
  if (!merged.on_trace) merged.on_trace = std::move(below.on_trace);
  fill(merged.seed, below.seed);
  fill(merged.jobs, below.jobs);
  fill(merged.debug, below.debug);
  if (!merged.person) merged.person = std::move(below.person);
  if (!merged.events) merged.events = std::move(below.events);
  return merged;
}

void set_run_defaults(const RunDefaults& defaults) {
  const std::lock_guard lock(store().mutex);
  store().defaults = defaults.merged_over(store().defaults);
}

void clear_run_defaults() {
  const std::lock_guard lock(store().mutex);
  store().defaults = {};
}

RunDefaults run_defaults() {
  const std::lock_guard lock(store().mutex);
  return store().defaults;
}

void apply(const RunDefaults& defaults, Scenario& scenario) {
  scenario.model = scenario.model.merged_over(defaults.model);
  scenario.audit = scenario.audit.merged_over(defaults.audit);
  fill(scenario.max_turns, defaults.max_turns);
  fill(scenario.timeout, defaults.timeout);
  fill(scenario.turn_timeout, defaults.turn_timeout);
  fill(scenario.clock, defaults.clock);
  fill(scenario.cassettes, defaults.cassettes);
  fill(scenario.cache, defaults.cache);
  settle_judge(scenario);
}

void apply(const RunDefaults& defaults, RunOptions& options) {
  fill(options.jobs, defaults.jobs);
  fill(options.debug, defaults.debug);
  fill(options.tracing, defaults.tracing);
  if (!options.on_trace) options.on_trace = defaults.on_trace;
  if (options.seed == 0) options.seed = defaults.seed.value_or(0);
  if (!options.person) options.person = defaults.person;
  if (!options.events) options.events = defaults.events.get();
}

}  // namespace antiphon
