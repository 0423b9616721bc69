#include "antiphon/providers/llm/rules/rules_cache.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"

namespace antiphon::rules {

namespace {

constexpr std::string_view prefix = "rules/";

Error as_error(const Problems& problems) {
  std::string text;
  for (const auto& problem : problems.list()) {
    text += fmt::format("{}{}{}", text.empty() ? "" : "\n", problem.where.line > 0 ? to_string(problem.where) + ": " : "", problem.message);
    if (!problem.underline.empty()) text += fmt::format(" ({})", problem.underline);
  }
  // A file that cannot be opened has no line.
  const bool missing = problems.list().front().where.line == 0;
  return Error(ErrorKind::configuration, fmt::format("rules file: {}", text))
      .with_hint(missing ? "it is looked up beside the file that names it, and in the folder `rules` there" : problems.list().front().hint);
}

}  // namespace

std::string rules_path(const ModelSettings& settings) {
  const auto name = std::filesystem::path(settings.model.substr(std::min(prefix.size(), settings.model.size())));
  if (name.empty())
    throw Error(ErrorKind::configuration, fmt::format("the model \"{}\" names no rules file", settings.model))
        .with_hint("write rules/FILE, such as rules/desk.rules.yaml");
  const std::filesystem::path folder(settings.directory);
  // `rules/desk.rules.yaml` reads as a path, too: a file in a folder of that name is meant where none stands beside the suite.
  const auto beside = (folder / name).lexically_normal(), below = (folder / "rules" / name).lexically_normal();
  std::error_code ignored;
  return !std::filesystem::exists(beside, ignored) && std::filesystem::exists(below, ignored) ? below.string() : beside.string();
}

std::shared_ptr<const RulesFile> RulesCache::get(const std::string& path) {
  const std::lock_guard lock(mutex_);
  auto& file = files_[path];
  if (file) return file;
  try {
    file = read_rules(path);
    return file;
  } catch (const Problems& problems) {
    throw as_error(problems);
  }
}

}  // namespace antiphon::rules
