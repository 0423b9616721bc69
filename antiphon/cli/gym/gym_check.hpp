#pragma once

#include <functional>

#include "antiphon/cli/environment.hpp"

namespace CLI {
class App;
}

namespace antiphon::cli {

/// `antiphon gym check URL`: declares its flags on the parser of that subcommand, and gives back what runs it. Exit codes: 0 the backend conforms, 1 it does
/// not, 3 nobody answered.
std::function<int(Environment&)> declare_gym_check(CLI::App& app);

}  // namespace antiphon::cli
