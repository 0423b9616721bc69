#pragma once

#include <memory>
#include <optional>

#include "antiphon/scenario/run.hpp"

namespace antiphon {

/// What holds for every run of this process where neither its scenario nor its `RunOptions` say otherwise. Unset members say nothing.
struct RunDefaults {
  ModelSettings model{};
  ModelSettings audit{};
  std::optional<int> max_turns{};
  std::optional<Duration> timeout{}, turn_timeout{};
  std::optional<ClockChoice> clock{};
  std::optional<CassetteMode> cassettes{};
  std::optional<std::string> cache{};
  std::optional<bool> tracing{};
  TraceListener on_trace{};
  std::optional<std::uint64_t> seed{};
  std::optional<int> jobs{};
  std::optional<bool> debug{};
  std::shared_ptr<Person> person{};
  std::shared_ptr<EventSink> events{};

  /// These over `below`: what is unset here is taken from there.
  RunDefaults merged_over(RunDefaults below) const;
};

/// Merges into what was set before. For runs that begin later. Thread safe.
void set_run_defaults(const RunDefaults& defaults);
/// Forgets them all.
void clear_run_defaults();
RunDefaults run_defaults();

/// Fills in what the scenario leaves open.
void apply(const RunDefaults& defaults, Scenario& scenario);
/// The same for options, which then point to the events of `defaults`.
void apply(const RunDefaults& defaults, RunOptions& options);

}  // namespace antiphon
