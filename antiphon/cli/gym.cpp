#include <CLI/CLI.hpp>

#include "antiphon/cli/command.hpp"
#include "antiphon/cli/gym/gym_check.hpp"
#include "antiphon/cli/gym/gym_command.hpp"

namespace antiphon::cli {

namespace {

/// What stands behind `antiphon gym`, beside conversations.
std::vector<Command> gym_subcommands() {
  return {{.name = "check",
           .summary = "Hold a backend to the platform's protocol",
           .example = "antiphon gym check http://127.0.0.1:8001/api/agent --secret whsec_local",
           .declare = declare_gym_check}};
}

using Action = std::function<int(Environment&)>;

std::function<int(Environment&)> declare_gym(CLI::App& app) {
  app.require_subcommand(0, 1);
  auto converse = declare_gym_run(app);
  auto actions = std::make_shared<std::vector<std::pair<CLI::App*, Action>>>();
  for (const auto& command : gym_subcommands()) {
    auto* sub = app.add_subcommand(command.name, command.summary);
    sub->footer("Example: " + command.example);
    actions->emplace_back(sub, command.declare(*sub));
  }
  return [converse, actions](Environment& environment) {
    for (const auto& [sub, action] : *actions)
      if (sub->parsed()) return action(environment);
    return converse(environment);
  };
}

}  // namespace

Command gym_command() {
  return {.name = "gym",
          .summary = "Talk to an agent behind the Layercode platform as its voice clients do, and keep everything",
          .example = "antiphon gym --server-url http://localhost:8001 --agent-id ag-1 --text 'Where is my order?' --text 'Thank you, goodbye.'",
          .declare = declare_gym};
}

}  // namespace antiphon::cli
