#include "antiphon/providers/llm/rules/rules_mark.hpp"

#include <array>
#include <filesystem>
#include <map>
#include <mutex>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/random.hpp"
#include "antiphon/providers/llm/rules/rules_cache.hpp"

namespace antiphon::rules {

namespace {

std::string mark_of_file(const std::string& path) {
  try {
    const auto text = read_file(path);
    return fmt::format("{:016x}", mix_seed(0, std::array<std::string_view, 1>{text}));
  } catch (const Error&) {
    return "none";
  }
}

/// Marks of files, each read once in a load: a matrix may have thousands of cells.
class FileMarks {
 public:
  std::string of(const std::string& path) {
    std::error_code error;
    const auto changed = std::filesystem::last_write_time(path, error);
    const std::lock_guard lock(mutex_);
    auto& known = known_[path];
    if (known.mark.empty() || error || known.changed != changed) known = {changed, mark_of_file(path)};
    return known.mark;
  }

 private:
  struct Known {
    std::filesystem::file_time_type changed{};
    std::string mark{};
  };
  std::mutex mutex_;
  std::map<std::string, Known> known_;
};

}  // namespace

std::string content_mark(const ModelSettings& settings) {
  constexpr std::string_view prefix = "rules/";
  if (!settings.model.starts_with(prefix) || settings.model.size() == prefix.size()) return {};
  static FileMarks marks;
  return marks.of(rules_path(settings));
}

}  // namespace antiphon::rules
