#pragma once

#include <functional>

#include "antiphon/cli/command.hpp"

namespace antiphon::cli {

/// The flags of `antiphon gym` itself, and what runs it.
std::function<int(Environment&)> declare_gym_run(CLI::App& app);

}  // namespace antiphon::cli
