#include <CLI/CLI.hpp>

#include "antiphon/cli/command.hpp"

namespace antiphon::cli {

Command version_command() {
  return {.name = "version",
          .summary = "Print the version and how this program was built",
          .example = "antiphon version",
          .declare = [](CLI::App&) -> std::function<int(Environment&)> {
            return [](Environment& environment) {
              environment.out << "antiphon " << ANTIPHON_VERSION << " (" << ANTIPHON_BUILD << ")\n";
              return 0;
            };
          }};
}

}  // namespace antiphon::cli
