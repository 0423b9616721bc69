#include <filesystem>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/cli/command.hpp"
#include "antiphon/cli/init_files.hpp"

namespace antiphon::cli {

namespace {

namespace fs = std::filesystem;

// All or nothing: a folder that holds one of the files already is left as it is.
int write_files(Environment& environment, const std::string& folder) {
  const fs::path target = environment.path(folder);
  for (const auto& file : init_files())
    if (fs::exists(target / file.name))
      throw Error(ErrorKind::usage, fmt::format("{} exists already", (target / file.name).string())).with_hint("name another folder: antiphon init FOLDER");
  for (const auto& file : init_files()) {
    std::error_code error;
    fs::create_directories((target / file.name).parent_path(), error);
    if (error) throw Error(ErrorKind::io, fmt::format("cannot make the folder {}: {}", (target / file.name).parent_path().string(), error.message()));
    write_file_atomically((target / file.name).string(), file.content);
    environment.out << "wrote " << (fs::path(folder) / file.name).lexically_normal().string() << '\n';
  }
  environment.out << "next  antiphon run " << folder << '\n';
  return 0;
}

}  // namespace

Command init_command() {
  return {.name = "init",
          .summary = "Write a first suite that runs at once, without a key",
          .example = "antiphon init my-agent && antiphon run my-agent",
          .declare = [](CLI::App& app) -> std::function<int(Environment&)> {
            auto folder = std::make_shared<std::string>("antiphon-suite");
            app.add_option("folder", *folder, "Where to write it")->capture_default_str();
            return [folder](Environment& environment) { return write_files(environment, *folder); };
          }};
}

}  // namespace antiphon::cli
