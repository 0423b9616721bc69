#pragma once

#include <functional>
#include <memory>
#include <string>

#include "antiphon/base/error.hpp"
#include "antiphon/cli/environment.hpp"

namespace CLI {
class App;
}

namespace antiphon::cli {

/// One subcommand: declares its flags on the parser, and gives back what runs it. The result is the exit code (contracts.md §1).
struct Command {
  std::string name;
  std::string summary;
  std::string example;  ///< shown at the end of its help
  std::function<std::function<int(Environment&)>(CLI::App&)> declare;
};

/// What a failed command exits with (contracts.md §1).
int exit_code_of(ErrorKind kind);

Command run_command();
Command mock_llm_command();
Command layercode_platform_command();
Command report_command();
Command compare_command();
Command label_command();
Command serve_command();
Command eval_command();
Command stress_command();
Command say_command();
Command session_command();
Command console_command();
Command call_command();
Command gym_command();
Command init_command();
Command doctor_command();
Command completion_command();
Command man_command();
Command version_command();

/// Parses and runs. Errors go to `environment.err` as one report; nothing is thrown.
int run_cli(Environment& environment);

}  // namespace antiphon::cli
