#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "antiphon/base/clock.hpp"
#include "antiphon/base/runtime.hpp"
#include "antiphon/base/task.hpp"

namespace antiphon::net {

struct ProcessOptions {
  std::vector<std::string> argv;           ///< found in PATH; no shell ever sees it
  std::string directory;                   ///< empty: ours
  std::map<std::string, std::string> env;  ///< added to ours
  bool pipe_stdio = true;                  ///< false: stdin is /dev/null, and what the process prints on stdout is kept like stderr
};

/// A child in a process group of its own, so that Ctrl-C reaches us alone.
class Process {
 public:
  virtual ~Process() = default;  ///< kills the group when it still runs (SIGKILL)
  /// Writes to its stdin. @throws Error closed when it no longer reads.
  virtual Task<> write(std::string bytes, Deadline deadline) = 0;
  /// The next line of stdout without its end; nullopt at the end. @throws Error too_large over 64 MiB, timeout.
  virtual Task<std::optional<std::string>> read_line(Deadline deadline) = 0;
  /// Takes what it wrote to stdout and nobody has read; does not wait.
  virtual std::string take_unread() = 0;
  /// Waits for its end: exit code, or 128 + signal. @throws Error timeout.
  virtual Task<int> wait(Deadline deadline) = 0;
  /// nullopt while it runs.
  virtual std::optional<int> exit_status() = 0;
  /// Closes stdin, then SIGTERM to the group, after `grace` SIGKILL; waits for the end.
  virtual Task<> stop(Duration grace) = 0;
  /// The last 64 KiB that it wrote to stderr.
  virtual std::string error_output() const = 0;
  virtual int pid() const = 0;
};

/// @throws Error not_found or io, naming the program and the system's reason.
std::unique_ptr<Process> start_process(Runtime& runtime, ProcessOptions options);

}  // namespace antiphon::net
