#include "antiphon/cli/serve/support_desk.hpp"

#include <cerrno>
#include <filesystem>

#include <stdlib.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"

namespace antiphon::cli {

namespace fs = std::filesystem;

SupportDesk::SupportDesk() {
  std::string pattern = (fs::temp_directory_path() / "antiphon-serve-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw write_failure(pattern, errno);
  folder_ = pattern;
  for (const auto& file : support_desk_files()) {
    const auto path = fs::path(folder_) / file.name;
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    write_file_atomically(path.string(), file.content);
  }
}

SupportDesk::~SupportDesk() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

}  // namespace antiphon::cli
