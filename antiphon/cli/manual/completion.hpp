#pragma once

#include <span>
#include <string>
#include <string_view>

#include "antiphon/cli/manual/command_facts.hpp"

namespace antiphon::cli {

/// A script that completes commands and flags in `shell`: bash, zsh or fish. @throws Error usage for another one.
std::string completion_script(std::span<const CommandFacts> commands, std::string_view shell);

}  // namespace antiphon::cli
