#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "antiphon/base/files.hpp"
#include "antiphon/base/ids.hpp"
#include "antiphon/cli/command.hpp"

namespace antiphon::cli {

namespace fs = std::filesystem;

/// A terminal, an environment and a folder of one's own.
class CommandLine : public testing::Test {
 protected:
  CommandLine() : folder_(fs::temp_directory_path() / make_id("cli")) { fs::create_directories(folder_); }
  ~CommandLine() override { fs::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
  }
  std::string read(const std::string& name) const { return read_file((folder_ / name).string()); }
  bool exists(const std::string& name) const { return fs::exists(folder_ / name); }

  /// `typed` is what stands on standard input, which is no terminal.
  int antiphon(std::vector<std::string> arguments, const std::string& typed = {}) {
    in_ = std::istringstream(typed);
    out_.str(""), err_.str("");
    Environment environment{.arguments = std::move(arguments),
                            .variables = variables_,
                            .directory = folder_.string(),
                            .out = out_,
                            .err = err_,
                            .read_line = lines_of(in_),
                            .stop = stop_};
    return run_cli(environment);
  }
  std::string out() const { return out_.str(); }
  std::string err() const { return err_.str(); }

  fs::path folder_;
  std::map<std::string, std::string> variables_{{"LANG", "C.UTF-8"}, {"ANTIPHON_REMOTE_NOTICE", "off"}};
  std::ostringstream out_, err_;
  std::istringstream in_;
  StopSource stop_;
};

}  // namespace antiphon::cli
