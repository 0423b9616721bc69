#pragma once

#include <map>
#include <string>
#include <vector>

#include "antiphon/scenario/scenario.hpp"
#include "antiphon/suite/context.hpp"
#include "antiphon/suite/matrix.hpp"

namespace antiphon::suite {

/// A command that runs while scenarios do: started before them, ready when its address answers, stopped after them.
struct SetupCommand {
  std::vector<std::string> argv;
  std::string directory;
  std::map<std::string, std::string> env;
  std::string ready;  ///< address that answers 2xx once it is; empty: ready at once
  Duration timeout = std::chrono::seconds(20);
  Location where;
};

/// One suite file, expanded: a scenario per cell and row.
struct SuiteFile {
  std::string file;  ///< as it was named
  std::string name;  ///< of the suite, else the file's name without its ending
  std::vector<SetupCommand> setup;
  Hooks hooks;  ///< around all of its scenarios
  std::vector<Scenario> scenarios;
};

struct SuiteFileOptions {
  Lookup environment;  ///< what stands below matrix and dataset
  bool commands_allowed = false;
  OpenGateway open_gateway{};            ///< for `antiphon: {config: FILE}`; nullptr: there are none
  std::vector<UserModel> user_models{};  ///< each plays every simulated user that it can play; none: as the files say
};

/// True for a document with `antiphon` at its top.
bool is_suite(const Node& root);

/// Builds every scenario of a document that is a suite; mistakes are appended to `problems`, and one mistake is reported once, however
/// many cells and rows run into it.
SuiteFile read_suite(const Node& root, const SuiteFileOptions& options, std::vector<Problem>& problems);

}  // namespace antiphon::suite
