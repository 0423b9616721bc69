#include "antiphon/providers/llm/cassette/cassette_file.hpp"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <set>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <fmt/format.h>

namespace antiphon {

namespace {

namespace fs = std::filesystem;

// Nobody writes a cassette for so long.
constexpr auto leftover_age = std::chrono::hours(1);

fs::path folder_of(const std::string& path) {
  auto folder = fs::path(path).parent_path();
  return folder.empty() ? fs::path(".") : folder;
}

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
  throw not_recorded(Error(ErrorKind::io, fmt::format("cannot write {}: {}", path, why)));
}

bool is_first_visit(const fs::path& folder) {
  static std::mutex mutex;
  static std::set<fs::path> visited;
  const std::lock_guard lock(mutex);
  return visited.insert(folder).second;
}

void remove_leftovers(const fs::path& folder) {
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const auto name = it->path().filename().string();
    if (!name.ends_with(".partial") || name.find(".jsonl.") == std::string::npos) continue;
    std::error_code ignored;
    if (const auto written = fs::last_write_time(it->path(), ignored); !ignored && fs::file_time_type::clock::now() - written > leftover_age)
      fs::remove(it->path(), ignored);
  }
}

}  // namespace

void require_writable(const std::string& path) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) refuse(path, "a folder stands in its place");
  auto folder = folder_of(path);
  while (!fs::exists(folder, ignored) && folder.has_parent_path() && folder != folder.parent_path()) folder = folder.parent_path();
  if (!fs::exists(folder, ignored)) folder = ".";
  if (!fs::is_directory(folder, ignored)) refuse(path, fmt::format("{} is no folder", folder.string()));
  if (::access(folder.c_str(), W_OK | X_OK) != 0) refuse(path, fmt::format("{}: {}", folder.string(), std::strerror(errno)));
}

void make_folder_of(const std::string& path) {
  const auto folder = folder_of(path);
  std::error_code ignored;
  fs::create_directories(folder, ignored);
  if (is_first_visit(folder)) remove_leftovers(folder);
}

Error not_recorded(const Error& error) {
  return Error(ErrorKind::io, fmt::format("the cassette was not recorded: {}", error.message()))
      .with_party(Party::harness)
      .with_hint("what was there before is unchanged; make room or allow writing, and record again");
}

FolderLock::FolderLock(const std::string& path_in_folder) : folder_(::open(folder_of(path_in_folder).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  while (folder_ >= 0 && ::flock(folder_, LOCK_EX) != 0 && errno == EINTR) {}
}

FolderLock::~FolderLock() {
  if (folder_ >= 0) ::close(folder_);
}

}  // namespace antiphon
