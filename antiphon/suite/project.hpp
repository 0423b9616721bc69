#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "antiphon/scenario/scenario.hpp"
#include "antiphon/suite/matrix.hpp"

namespace antiphon::suite {

/// What stands below every suite: `antiphon.yaml` of the working directory, and over it the environment (contracts.md §3).
struct ProjectSettings {
  bool allow_commands = false;
  ModelSettings model;
  ModelSettings audit;
  std::optional<ClockChoice> clock;
  std::optional<CassetteMode> cassettes;
  std::optional<std::string> cache;
  std::optional<std::uint64_t> seed;
  std::optional<int> jobs;
  std::string out;
  std::string store;                        ///< file, or `off`; empty: in the output folder
  std::string log;                          ///< how much is told: `quiet`, `normal`, `verbose`; empty: nothing was said
  std::shared_ptr<const LabelBook> labels;  ///< of people on verdicts
  std::optional<double> kappa_floor;        ///< of a judge's agreement with them
  std::map<std::string, int> limits;        ///< calls in flight by provider
};

/// Reads `DIRECTORY/antiphon.yaml` where there is one, then ANTIPHON_MODEL, _CLOCK, _SEED, _JOBS, _OUT and _LOG, which win. `rules/FILE`
/// of ANTIPHON_MODEL is relative to the working directory.
/// @throws Problems with every mistake of both.
ProjectSettings read_project(const std::string& directory, const Lookup& environment);

/// The variables of this process.
std::optional<std::string> process_environment(std::string_view name);

}  // namespace antiphon::suite
