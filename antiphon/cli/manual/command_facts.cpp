#include "antiphon/cli/manual/command_facts.hpp"

#include <CLI/CLI.hpp>

namespace antiphon::cli {

CommandFacts facts_of(const CLI::App& app) {
  CommandFacts facts{
      .name = app.get_parent() ? app.get_name() : "", .summary = app.get_description(), .footer = app.get_footer(), .flags = {}, .positionals = {}};
  for (const auto* option : app.get_options()) {
    FlagFacts flag{.names = {}, .takes_value = option->get_items_expected_max() > 0, .description = option->get_description()};
    for (const auto& name : option->get_snames()) flag.names.push_back("-" + name);
    for (const auto& name : option->get_lnames()) flag.names.push_back("--" + name);
    const bool positional = flag.names.empty();
    if (positional) flag.names.push_back(option->get_name());
    (positional ? facts.positionals : facts.flags).push_back(std::move(flag));
  }
  return facts;
}

std::vector<CommandFacts> all_facts(const CLI::App& program) {
  std::vector<CommandFacts> all{facts_of(program)};
  for (const auto* command : program.get_subcommands([](const CLI::App*) { return true; })) all.push_back(facts_of(*command));
  return all;
}

}  // namespace antiphon::cli
