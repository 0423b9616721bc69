#include <filesystem>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/cli/command.hpp"
#include "antiphon/cli/init_files.hpp"
#include "antiphon/cli/serve/support_desk.hpp"

namespace antiphon::cli {

namespace {

namespace fs = std::filesystem;

struct Flags {
  std::string folder{};
  bool gateway = false;
};

// All or nothing: a folder that holds one of the files already is left as it is.
int write_files(Environment& environment, const Flags& flags) {
  const auto folder = !flags.folder.empty() ? flags.folder : flags.gateway ? "antiphon-gateway" : "antiphon-suite";
  const auto files = flags.gateway ? support_desk_files() : init_files();
  const fs::path target = environment.path(folder);
  for (const auto& file : files)
    if (fs::exists(target / file.name))
      throw Error(ErrorKind::usage, fmt::format("{} exists already", (target / file.name).string())).with_hint("name another folder: antiphon init FOLDER");
  for (const auto& file : files) {
    std::error_code error;
    fs::create_directories((target / file.name).parent_path(), error);
    if (error) throw Error(ErrorKind::io, fmt::format("cannot make the folder {}: {}", (target / file.name).parent_path().string(), error.message()));
    write_file_atomically((target / file.name).string(), file.content);
    environment.out << "wrote " << (fs::path(folder) / file.name).lexically_normal().string() << '\n';
  }
  const auto in_folder = [&folder](std::string_view file) { return (fs::path(folder) / file).lexically_normal().string(); };
  if (flags.gateway)
    environment.out << fmt::format("next  antiphon serve {}, and antiphon run {}\n", in_folder("gateway.yaml"), in_folder("rehearsal.yaml"));
  else
    environment.out << "next  antiphon run " << folder << '\n';
  return 0;
}

}  // namespace

Command init_command() {
  return {.name = "init",
          .summary = "Write a first suite, or a first gateway, that runs at once, without a key",
          .example = "antiphon init my-agent && antiphon run my-agent",
          .declare = [](CLI::App& app) -> std::function<int(Environment&)> {
            auto flags = std::make_shared<Flags>();
            app.add_option("folder", flags->folder, "Where to write it (antiphon-suite, or antiphon-gateway)");
            app.add_flag("--gateway", flags->gateway, "Write a gateway: the example desk of a coffee shop, with its orders, documents, PINs and rules");
            return [flags](Environment& environment) { return write_files(environment, *flags); };
          }};
}

}  // namespace antiphon::cli
