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

/// How much there is to run; repeats make runs more than scenarios.
struct RunCount {
  std::size_t runs = 0, scenarios = 0;
};

/// result.json and report.html in `out` always, the console unless others were asked for alone, and what --reporter names.
/// @throws Error usage for a reporter that does not exist, naming those that do.
ReporterSet make_reporters(const RunPlan& plan, const std::string& out, RunCount count, int jobs, const BatchResult& head, Environment& environment);

/// Checks --reporter before anything runs. @throws as above.
void check_reporters(const RunPlan& plan);

}  // namespace antiphon::cli
