#pragma once

#include <memory>
#include <vector>

#include "antiphon/scenario/run.hpp"
#include "antiphon/suite/suite_file.hpp"

namespace antiphon::cli {

/// The commands of `setup:` while scenarios run: a thread of its own keeps reading what they print.
class SetupSession {
 public:
  SetupSession();
  ~SetupSession();

  /// Blocks until everything is ready. @throws Error, party harness; cancelled when `stop` was requested first.
  void start(std::vector<suite::SetupCommand> commands, StopSource stop);
  /// Blocks until everything has ended.
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace antiphon::cli
