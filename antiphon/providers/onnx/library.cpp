#include "antiphon/providers/onnx/library.hpp"

namespace antiphon::onnx {

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> folders() {
  std::error_code error;
  const auto program = fs::read_symlink("/proc/self/exe", error);
  if (error) return {};
  const auto folder = program.parent_path();
  std::vector<fs::path> found{(folder / ANTIPHON_RUNTIME_FOLDER).lexically_normal()};
  // What is installed must load nothing from beside its installation: only build/PRESET/bin has the list of CMake's variables above it.
  if (fs::exists(folder / "../CMakeCache.txt", error)) found.push_back((folder / "../../deps/onnx/lib").lexically_normal());
  return found;
}

SharedLibrary load(const char* name) {
  return {name, {.what = "the neural runtime", .remedy = "install it: make speech (tools/get-speech.sh), then build or install again"}, folders()};
}

}  // namespace

const SharedLibrary& networks() {
  static const auto library = load("libonnxruntime.so");
  return library;
}

const SharedLibrary& recognisers() {
  static const auto library = load("libsherpa-onnx-c-api.so");
  return library;
}

}  // namespace antiphon::onnx
