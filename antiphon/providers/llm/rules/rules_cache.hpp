#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "antiphon/providers/llm/registry.hpp"
#include "antiphon/providers/llm/rules/rules_file.hpp"

namespace antiphon::rules {

/// Where `rules/FILE` lies: FILE below the directory of the settings, or of the process.
std::string rules_path(const ModelSettings& settings);

/// Rules files by path, each read once. Thread safe.
class RulesCache {
 public:
  /// @throws Error configuration with every mistake of the file, or because it cannot be read, naming it.
  std::shared_ptr<const RulesFile> get(const std::string& path);

 private:
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const RulesFile>> files_;
};

}  // namespace antiphon::rules
