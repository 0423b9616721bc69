#include <filesystem>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/cli/command.hpp"
#include "antiphon/cli/manual/completion.hpp"
#include "antiphon/cli/manual/manual_page.hpp"

namespace antiphon::cli {

namespace {

namespace fs = std::filesystem;

struct ManFlags {
  std::string command;
  std::string out;
};

int write_all(Environment& environment, const std::vector<CommandFacts>& commands, const std::string& folder) {
  const fs::path target = environment.path(folder);
  std::error_code error;
  fs::create_directories(target, error);
  if (error) throw Error(ErrorKind::io, fmt::format("cannot make the folder {}: {}", target.string(), error.message())).with_hint("name another with --out");
  for (const auto& command : commands) {
    const auto name = command.name.empty() ? std::string("antiphon.1") : fmt::format("antiphon-{}.1", command.name);
    write_file_atomically((target / name).string(), manual_page(commands, command));
  }
  return 0;
}

int print_page(Environment& environment, const std::vector<CommandFacts>& commands, const std::string& name) {
  std::vector<std::string> known;
  for (const auto& command : commands) {
    if (command.name == name) {
      environment.out << manual_page(commands, command);
      return 0;
    }
    if (!command.name.empty()) known.push_back(command.name);
  }
  const auto near = nearest(name, known);
  throw Error(ErrorKind::usage, fmt::format("unknown command {}{}", quote(name), near ? fmt::format("; did you mean {}?", *near) : ""))
      .with_hint("commands are " + join(known, ", "));
}

}  // namespace

Command completion_command() {
  return {.name = "completion",
          .summary = "Print a script that completes commands and flags in a shell",
          .example = "antiphon completion bash > ~/.local/share/bash-completion/completions/antiphon",
          .declare = [](CLI::App& app) -> std::function<int(Environment&)> {
            auto shell = std::make_shared<std::string>();
            app.add_option("shell", *shell, "bash, zsh or fish");
            return [shell, &app](Environment& environment) {
              environment.out << completion_script(all_facts(*app.get_parent()), *shell);
              return 0;
            };
          }};
}

Command man_command() {
  return {.name = "man",
          .summary = "Print the manual page of the program or of one of its commands",
          .example = "antiphon man run | man -l -",
          .declare = [](CLI::App& app) -> std::function<int(Environment&)> {
            auto flags = std::make_shared<ManFlags>();
            app.add_option("command", flags->command, "A command; without one, the program itself");
            app.add_option("--out", flags->out, "Write all pages into this folder instead");
            return [flags, &app](Environment& environment) {
              const auto commands = all_facts(*app.get_parent());
              return flags->out.empty() ? print_page(environment, commands, flags->command) : write_all(environment, commands, flags->out);
            };
          }};
}

}  // namespace antiphon::cli
