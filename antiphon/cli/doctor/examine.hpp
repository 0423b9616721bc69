#pragma once

#include <string>
#include <vector>

#include "antiphon/cli/doctor/finding.hpp"
#include "antiphon/cli/environment.hpp"

namespace antiphon::cli {

/// Build, terminal, locale, clock, open files, ports.
std::vector<Finding> examine_machine(const Environment& environment);

struct ProviderQuestions {
  bool ask_all = false;   ///< also those without a key or an address of their own
  bool ask_none = false;  ///< nothing is sent
};
/// Every provider: which variable holds its key (never the key), its address, whether it answers. Those that are configured are asked for
/// their models, all at once, for three seconds at most.
std::vector<Finding> examine_providers(const Environment& environment, const ProviderQuestions& questions);

/// antiphon.yaml, suites and rules files at or below `path`, the output folder.
std::vector<Finding> examine_project(const Environment& environment, const std::string& path);

}  // namespace antiphon::cli
