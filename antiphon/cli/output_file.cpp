#include "antiphon/cli/output_file.hpp"

#include <cerrno>
#include <filesystem>

#include <unistd.h>

#include "antiphon/base/files.hpp"

namespace antiphon::cli {

namespace fs = std::filesystem;

void check_output_file(const std::string& path) {
  std::error_code error;
  const auto folder = fs::path(path).parent_path();
  if (!folder.empty()) fs::create_directories(folder, error);
  if (error) throw write_failure(path, error.value());
  if (fs::is_directory(path, error)) throw write_failure(path, EISDIR);
  if (::access(folder.empty() ? "." : folder.c_str(), W_OK | X_OK) != 0) throw write_failure(path, errno);
}

}  // namespace antiphon::cli
