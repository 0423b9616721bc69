#include "antiphon/base/model_files.hpp"

#include <cstdlib>
#include <filesystem>
#include <vector>

namespace antiphon {

namespace {

namespace fs = std::filesystem;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::vector<fs::path> model_folders() {
  if (const auto own = variable("ANTIPHON_MODELS"); !own.empty()) return {own};
  std::vector<fs::path> folders;
  std::error_code error;
  if (const auto program = fs::read_symlink("/proc/self/exe", error); !error) {
    folders.push_back(program.parent_path() / "../share/antiphon/models");
    folders.push_back(program.parent_path() / "../../deps/models");  // of build/PRESET/bin/PROGRAM: build/deps/models
  }
  if (const auto data = variable("XDG_DATA_HOME"); !data.empty())
    folders.push_back(fs::path(data) / "antiphon/models");
  else if (const auto home = variable("HOME"); !home.empty())
    folders.push_back(fs::path(home) / ".local/share/antiphon/models");
  return folders;
}

}  // namespace

std::optional<std::string> find_model_folder(std::string_view name) {
  std::error_code error;
  for (const auto& folder : model_folders())
    if (fs::is_directory(folder / name, error)) return (folder / name).lexically_normal().string();
  return std::nullopt;
}

}  // namespace antiphon
