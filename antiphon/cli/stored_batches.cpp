#include "antiphon/cli/stored_batches.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::cli {

namespace fs = std::filesystem;

std::string store_file(const std::string& flag, const suite::ProjectSettings& project, const std::string& out) {
  const auto& named = flag.empty() ? project.store : flag;
  if (named == "off") return {};
  return named.empty() ? (fs::path(out) / "antiphon.sqlite").string() : named;
}

suite::ProjectSettings project_of(const Environment& environment) {
  return suite::read_project(environment.directory, [&](std::string_view name) { return environment.variable(name); });
}

std::string output_folder(const suite::ProjectSettings& project, const Environment& environment) {
  return environment.path(project.out.empty() ? "antiphon-out" : project.out);
}

std::unique_ptr<Store> open_store(const std::string& flag, const Environment& environment, StoreAccess access) {
  const auto project = project_of(environment);
  const auto file = store_file(flag.empty() || flag == "off" ? flag : environment.path(flag), project, output_folder(project, environment));
  if (file.empty()) throw Error(ErrorKind::usage, "the store is off").with_hint("name its file with --store");
  std::error_code ignored;
  if (!fs::exists(file, ignored))
    throw Error(ErrorKind::usage, fmt::format("there is no store {}", file)).with_hint("run something first, or name another file with --store");
  return open_sqlite_store(file, access);
}

BatchResult stored_batch(const std::string& name, const std::string& flag, const Environment& environment) {
  const auto store = open_store(flag, environment);
  const auto batches = store->list();
  std::vector<std::string> found;
  for (const auto& batch : batches) {
    if (batch.batch_id == name) return store->load(name);
    if (batch.batch_id.starts_with(name)) found.push_back(batch.batch_id);
  }
  if (name == "last" && !batches.empty()) return store->load(batches.front().batch_id);
  if (found.size() == 1) return store->load(found.front());
  const auto what =
      found.empty() ? fmt::format("{} is no file and no batch of the store", quote(name)) : fmt::format("{} begins {} batches", quote(name), found.size());
  throw Error(ErrorKind::usage, what).with_hint("see `antiphon report` for the batches there are");
}

BatchResult result_or_batch(const std::string& name, const std::string& flag, const Environment& environment) {
  auto path = environment.path(name);
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) path = (fs::path(path) / "result.json").string();
  if (!fs::exists(path, ignored)) return stored_batch(name, flag, environment);
  try {
    return parse_batch(read_file(path));
  } catch (const Error& error) {
    throw Error(ErrorKind::usage, fmt::format("{}: {}", name, error.message())).with_hint("name a result.json, or the folder that holds it");
  }
}

}  // namespace antiphon::cli
