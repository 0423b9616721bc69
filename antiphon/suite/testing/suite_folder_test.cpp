#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/ids.hpp"
#include "antiphon/suite/problem_report.hpp"
#include "antiphon/suite/testing/suite_folder.hpp"

namespace antiphon::suite::testing {

namespace fs = std::filesystem;

SuiteFolder::SuiteFolder(const std::map<std::string, std::string>& files) : path_((fs::temp_directory_path() / make_id("suite")).string()) {
  fs::create_directories(path_);
  for (const auto& [path, content] : files) write(path, content);
}

SuiteFolder::~SuiteFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

void SuiteFolder::write(const std::string& path, const std::string& content) const {
  const auto file = fs::path(path_) / path;
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << content;
}

LoadOptions SuiteFolder::options(std::map<std::string, std::string> environment) const {
  LoadOptions options;
  options.directory = path_;
  options.environment = [environment = std::move(environment)](std::string_view name) -> std::optional<std::string> {
    const auto it = environment.find(std::string(name));
    return it == environment.end() ? std::nullopt : std::optional(it->second);
  };
  return options;
}

LoadedSuites SuiteFolder::load(const std::vector<std::string>& paths, std::map<std::string, std::string> environment) const {
  return load_suites(paths, options(std::move(environment)));
}

std::string SuiteFolder::report(const std::vector<std::string>& paths, const LoadOptions& options) const {
  try {
    load_suites(paths, options);
  } catch (const Problems& problems) {
    return relative(format_problems(problems.list()));
  } catch (const Error& error) {
    return relative(fmt::format("error: {}\nfix:   {}\n", error.message(), error.hint()));
  }
  return {};
}

std::string SuiteFolder::relative(std::string text) const {
  const auto prefix = path_ + "/";
  for (auto at = text.find(prefix); at != std::string::npos; at = text.find(prefix)) text.erase(at, prefix.size());
  return text;
}

}  // namespace antiphon::suite::testing
