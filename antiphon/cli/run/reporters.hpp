#pragma once

#include <memory>
#include <string>
#include <vector>

#include "antiphon/cli/environment.hpp"
#include "antiphon/cli/run/flags.hpp"
#include "antiphon/report/console.hpp"
#include "antiphon/report/reporter.hpp"

namespace antiphon::cli {

/// What a run reports to.
struct ReporterSet {
  Reporters all;
  ConsoleReporter* console = nullptr;  ///< one of `all`
};

/// result.json and report.html in `out` always, the console unless others were asked for alone, and what --reporter names.
/// @throws Error usage for a reporter that does not exist, naming those that do.
ReporterSet make_reporters(const RunPlan& plan, const std::string& out, std::size_t total, int jobs, std::uint64_t seed, const Environment& environment);

/// Checks --reporter before anything runs. @throws as above.
void check_reporters(const RunPlan& plan);

}  // namespace antiphon::cli
