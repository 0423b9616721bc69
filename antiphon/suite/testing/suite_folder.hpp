#pragma once

#include <map>
#include <string>

#include "antiphon/suite/load.hpp"

namespace antiphon::suite::testing {

/// A folder for the time of a test. Paths in results and reports are shown relative to it.
class SuiteFolder {
 public:
  /// @param files content by path
  explicit SuiteFolder(const std::map<std::string, std::string>& files = {});
  ~SuiteFolder();
  SuiteFolder(const SuiteFolder&) = delete;
  SuiteFolder& operator=(const SuiteFolder&) = delete;

  void write(const std::string& path, const std::string& content) const;
  const std::string& path() const { return path_; }

  /// Options with this folder as the working directory and `environment` as all there is.
  LoadOptions options(std::map<std::string, std::string> environment = {}) const;
  LoadedSuites load(const std::vector<std::string>& paths, std::map<std::string, std::string> environment = {}) const;
  /// What the terminal would show when these paths cannot be loaded; empty when they can.
  std::string report(const std::vector<std::string>& paths, const LoadOptions& options) const;
  std::string report(const std::vector<std::string>& paths) const { return report(paths, options()); }
  /// `text` without the path of this folder.
  std::string relative(std::string text) const;

 private:
  std::string path_;
};

}  // namespace antiphon::suite::testing
