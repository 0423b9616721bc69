#pragma once

#include <functional>

#include "antiphon/cli/run/flags.hpp"
#include "antiphon/scenario/run.hpp"

namespace antiphon::cli {

/// Which attempts are followed by another one, by what the flags say; for `RunOptions::again`. Empty where no flag asks for it. A spoiled attempt
/// is replaced as long as `--rerun-spoiled` allows it, and only then uses up one of the `--retries`.
std::function<Again(const ScenarioResult&)> run_again(const RunPlan& plan);

}  // namespace antiphon::cli
