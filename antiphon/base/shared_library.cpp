#include "antiphon/base/shared_library.hpp"

#include <dlfcn.h>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"

namespace antiphon {

namespace {

namespace fs = std::filesystem;

std::string last_error() {
  const char* text = dlerror();
  return text ? text : "no reason was given";
}

Error cannot(const SharedLibrary::Words& words, const std::string& why) {
  return Error(ErrorKind::configuration, fmt::format("{} {}", words.what, why)).with_hint(words.remedy);
}

std::string list_of(const std::vector<fs::path>& folders) {
  std::string all;
  for (const auto& folder : folders) all += folder.string() + ", ";
  return all.empty() ? "where the system looks" : all + "and where the system looks";
}

void* open(const std::string& path) { return dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL); }

void* load(const std::string& name, const SharedLibrary::Words& words, const std::vector<fs::path>& folders) {
  std::error_code error;
  for (const auto& folder : folders) {
    if (!fs::exists(folder / name, error)) continue;
    if (auto* handle = open((folder / name).string())) return handle;
    throw cannot(words, "cannot be loaded: " + last_error());  // another one further on would only hide it
  }
  if (auto* handle = open(name)) return handle;
  throw cannot(words, fmt::format("cannot be loaded: {} (looked for in {})", last_error(), list_of(folders)));
}

}  // namespace

SharedLibrary::SharedLibrary(std::string file_name, Words words, const std::vector<fs::path>& folders)
    : file_name_(std::move(file_name)), words_(std::move(words)), handle_(load(file_name_, words_, folders)) {}

void* SharedLibrary::address_of(const char* name) const {
  if (auto* address = dlsym(handle_, name)) return address;
  throw cannot(words_, fmt::format("is of another version: {} has no {}", file_name_, name));
}

}  // namespace antiphon
