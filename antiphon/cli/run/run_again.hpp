#pragma once

#include <functional>

#include "antiphon/cli/run/flags.hpp"
#include "antiphon/result/result.hpp"

namespace antiphon::cli {

/// Which attempts are followed by another one, by what the flags say; for `RunOptions::again`. Empty where no flag asks for it. Every reason to
/// run something again belongs here, so that they are seen together.
std::function<bool(const ScenarioResult&)> run_again(const RunPlan& plan);

}  // namespace antiphon::cli
