#pragma once

#include <optional>
#include <string>
#include <vector>

#include "antiphon/suite/project.hpp"
#include "antiphon/suite/select.hpp"
#include "antiphon/suite/suite_file.hpp"

namespace antiphon::suite {

/// What the command line says about every scenario; it wins over the files.
struct Overrides {
  ModelSettings model;
  ModelSettings audit;
  std::optional<ClockChoice> clock;
  std::optional<CassetteMode> cassettes;
  std::optional<std::uint64_t> seed;
  std::optional<Duration> timeout;
  std::optional<int> max_turns;
  std::optional<int> repeat;
  std::vector<UserModel> user_models;  ///< `--user-models`
};

struct LoadOptions {
  std::string directory = ".";               ///< the working directory: where `antiphon.yaml` and relative paths are looked up
  Lookup environment = process_environment;  ///< of the process
  bool allow_commands = false;               ///< --allow-commands; `antiphon.yaml` may allow them, too
  OpenGateway open_gateway{};                ///< for `antiphon: {config: FILE}`; nullptr: there are none
  Overrides overrides;
  Selection selection;
  Shard shard;
};

struct LoadedSuites {
  std::vector<SuiteFile> suites;    ///< files with a selected scenario, without their scenarios
  std::vector<Scenario> scenarios;  ///< selected runs of this shard, in file order; ids are unique
  std::vector<SetupCommand> setup;  ///< of these files, in order
  ProjectSettings project;
};

/// Suite files, folders (every *.yaml, *.yml and *.json below them that is a suite) and globs, as runnable scenarios.
///
/// @throws Problems with all mistakes of all files.
/// @throws Error usage when there is no suite, or nothing matches the selection.
LoadedSuites load_suites(const std::vector<std::string>& paths, const LoadOptions& options = {});

/// The files behind `paths`, each once, folders in the order of names. Files that a folder or glob brings in and that are no suites are left out.
/// @throws Problems for what does not exist or is no suite, Error usage when there is none at all.
std::vector<std::string> find_suite_files(const std::vector<std::string>& paths, const std::string& directory = ".");

}  // namespace antiphon::suite
