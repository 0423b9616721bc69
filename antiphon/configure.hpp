#pragma once

/// What holds for all scenarios that a C++ program runs (SCN-71).

#include <memory>
#include <optional>
#include <string>

#include "antiphon/report/terminal_person.hpp"
#include "antiphon/report/transcript_sink.hpp"
#include "antiphon/scenario/defaults.hpp"
#include "antiphon/suite/project.hpp"

namespace antiphon {

/// Stands below what a scenario or `RunOptions` say. What is left unset says nothing.
struct Configuration {
  ModelSettings model{};
  ModelSettings audit{};  ///< says whose fault a failure was where the rules are not certain; none: nobody does
  std::optional<int> max_turns{};
  std::optional<Duration> timeout{}, turn_timeout{};
  std::optional<ClockChoice> clock{};
  std::optional<std::string> cache{};       ///< calls to models are answered from the cache under this key; empty: none
  std::optional<CassetteMode> cassettes{};  ///< calls to models are recorded or replayed
  std::optional<bool> tracing{};            ///< record what happens as spans, which judges are shown (true)
  TraceListener on_trace{};                 ///< the spans of each run as it ends; from the thread of the run, several at once
  std::optional<std::uint64_t> seed{};
  std::optional<int> jobs{};
  std::optional<int> verbose{};  ///< 1: conversations are told on standard output as they happen; 2: each line names its scenario; 0: not told
  std::optional<bool> debug{};   ///< the person at the terminal is asked before each participant speaks; told as with `verbose`, unless that says otherwise
};

namespace detail {

/// Hears and says nothing.
struct SilentSink final : EventSink {
  void add(const RunEvent&) override {}
};

inline std::shared_ptr<EventSink> told(int verbose) {
  if (verbose < 1) return std::make_shared<SilentSink>();
  return transcript_sink(this_terminal(), verbose > 1);
}

}  // namespace detail

/// Merges into what was configured before: unset members leave that as it is. For runs that begin later. Thread safe.
inline void configure(const Configuration& configuration) {
  RunDefaults defaults{.model = configuration.model,
                       .audit = configuration.audit,
                       .max_turns = configuration.max_turns,
                       .timeout = configuration.timeout,
                       .turn_timeout = configuration.turn_timeout,
                       .clock = configuration.clock,
                       .cassettes = configuration.cassettes,
                       .cache = configuration.cache,
                       .tracing = configuration.tracing,
                       .on_trace = configuration.on_trace,
                       .seed = configuration.seed,
                       .jobs = configuration.jobs,
                       .debug = configuration.debug};
  if (configuration.verbose) defaults.events = detail::told(*configuration.verbose);
  if (configuration.debug.value_or(false)) {
    const auto before = run_defaults();
    if (!before.person) defaults.person = person_at_terminal();
    if (!defaults.events && !before.events) defaults.events = detail::told(1);
  }
  set_run_defaults(defaults);
}

/// What `antiphon.yaml` of a folder and the variables ANTIPHON_… say, for `configure`.
/// @throws Problems with every mistake of both.
inline Configuration project_configuration(const std::string& directory = ".") {
  const auto project = suite::read_project(directory, suite::process_environment);
  Configuration configuration{.model = project.model,
                              .audit = project.audit,
                              .clock = project.clock,
                              .cache = project.cache,
                              .cassettes = project.cassettes,
                              .seed = project.seed,
                              .jobs = project.jobs};
  if (!project.log.empty()) configuration.verbose = project.log == "verbose" ? 1 : 0;
  return configuration;
}

}  // namespace antiphon
