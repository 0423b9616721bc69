#pragma once

#include <map>
#include <string>
#include <vector>

#include "antiphon/base/blocking.hpp"
#include "antiphon/base/runtime.hpp"
#include "antiphon/base/task.hpp"
#include "antiphon/scenario/stop_source.hpp"

namespace antiphon {

/// A command beside a run: program and arguments, no shell, in a process group of its own.
struct HookCommand {
  std::vector<std::string> argv{};
  std::string directory{};                     ///< empty: ours
  std::map<std::string, std::string> env{};    ///< added to ours; what hooks are told stands above it
  Duration timeout = std::chrono::minutes(1);  ///< then SIGTERM, and 5 s later SIGKILL
  std::string place{};                         ///< `suite.yaml:12:7`, shown where it fails
};

/// Commands around a run: `before` it begins, and `after` it, however it ended.
struct Hooks {
  std::vector<HookCommand> before{};
  std::vector<HookCommand> after{};
};

/// What a command finds in its environment: `ANTIPHON_SCENARIO_ID`, `ANTIPHON_THREAD_ID`, after the run `ANTIPHON_OUTCOME`.
using HookEnvironment = std::map<std::string, std::string>;

enum class HookFailure {
  stop_at_first,  ///< of commands before a run
  go_on,          ///< of commands after it: only a cancellation keeps the rest from running
};

/// Runs commands one after the other. What a command started and left behind is ended with it.
/// @returns a sentence for each that did not end with 0: could not be started, exit code with its last line, nothing in time; with `go_on`
/// also for the one that was cancelled, which is then the last.
/// @throws boost::system::system_error operation_aborted with `stop_at_first` when cancelled, once the command under way has ended.
Task<std::vector<std::string>> run_hooks(Runtime& runtime, std::vector<HookCommand> commands, HookEnvironment told, HookFailure failure);

/// The same in real time on the calling thread; `stop` cancels. A stop that was requested before is no reason for `go_on` not to run.
/// @throws Error cancelled with `stop_at_first` when `stop` was requested before they were over.
std::vector<std::string> run_hooks_here(BlockingPool& blocking, const std::vector<HookCommand>& commands, const HookEnvironment& told, HookFailure failure,
                                        StopSource stop);

}  // namespace antiphon
