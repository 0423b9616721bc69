#include "antiphon/cli/command.hpp"
#include "antiphon/cli/signals.hpp"

int main(int argc, char** argv) {
  auto environment = antiphon::cli::process_environment(argc, argv);
  const antiphon::cli::SignalWatcher signals(environment.stop);
  return antiphon::cli::run_cli(environment);
}
