#pragma once

#include <functional>
#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "antiphon/report/terminal_person.hpp"
#include "antiphon/scenario/run.hpp"

namespace antiphon::cli {

/// Everything outside the process that a command may touch, so that tests can call commands in process.
struct Environment {
  std::vector<std::string> arguments;  ///< without the program's name
  std::map<std::string, std::string> variables;
  std::string directory;  ///< working directory, absolute
  std::ostream& out;
  std::ostream& err;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  int width = 80;          ///< columns of the terminal
  LineSource read_line{};  ///< standard input, line by line
  bool in_is_terminal = false;
  StopSource stop;                ///< Ctrl-C, SIGTERM
  std::function<void()> leave{};  ///< ends the process as interrupted, at once; for times when nothing runs that must be ended in order

  std::optional<std::string> variable(std::string_view name) const;
  /// An argument as a path: absolute, or below the working directory.
  std::string path(std::string_view argument) const;
  bool colour() const;
  bool utf8() const;
};

/// Of this process. `main` alone calls it.
Environment process_environment(int argc, char** argv);

}  // namespace antiphon::cli
