#include "antiphon/cli/environment.hpp"

#include <filesystem>
#include <iostream>

#include <sys/ioctl.h>
#include <unistd.h>

#include "antiphon/base/input_lines.hpp"
#include "antiphon/base/text.hpp"

extern char** environ;

namespace antiphon::cli {

namespace {

std::map<std::string, std::string> all_variables() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; *entry; ++entry) {
    const std::string_view text(*entry);
    if (const auto equals = text.find('='); equals != std::string_view::npos) variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

int columns() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

}  // namespace

std::optional<std::string> Environment::variable(std::string_view name) const {
  const auto it = variables.find(std::string(name));
  return it == variables.end() ? std::nullopt : std::optional(it->second);
}

std::string Environment::path(std::string_view argument) const { return (std::filesystem::path(directory) / argument).lexically_normal().string(); }

bool Environment::colour() const { return err_is_terminal && variable("NO_COLOR").value_or("").empty() && variable("TERM") != "dumb"; }

bool Environment::utf8() const {
  for (const auto* name : {"LC_ALL", "LC_CTYPE", "LANG"})
    if (const auto value = variable(name); value && !value->empty()) return contains_ignoring_case(*value, "utf-8") || contains_ignoring_case(*value, "utf8");
  return false;
}

Environment process_environment(int argc, char** argv) {
  return {.arguments = std::vector<std::string>(argv + 1, argv + argc),
          .variables = all_variables(),
          .directory = std::filesystem::current_path().string(),
          .out = std::cout,
          .err = std::cerr,
          .out_is_terminal = ::isatty(STDOUT_FILENO) == 1,
          .err_is_terminal = ::isatty(STDERR_FILENO) == 1,
          .width = columns(),
          .read_line = [input = std::make_shared<InputLines>(STDIN_FILENO)](std::stop_token stop) { return input->next(std::move(stop)); },
          .in_is_terminal = ::isatty(STDIN_FILENO) == 1,
          .stop = {},
          .leave = [] { ::_exit(130); }};
}

}  // namespace antiphon::cli
