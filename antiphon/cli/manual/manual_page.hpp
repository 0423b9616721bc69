#pragma once

#include <span>
#include <string>

#include "antiphon/cli/manual/command_facts.hpp"

namespace antiphon::cli {

/// The manual page (roff, section 1) of the program or of one of its commands, `antiphon-run.1`.
std::string manual_page(std::span<const CommandFacts> commands, const CommandFacts& of);

}  // namespace antiphon::cli
