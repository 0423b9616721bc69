#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string_view>

#include "antiphon/suite/problem_report.hpp"
#include "antiphon/suite/suite_file.hpp"

// Any bytes as a suite: mistakes are reported, nothing crashes, nothing hangs. Paths in the input lead into a folder that does not exist.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace antiphon;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // An absolute path or a climb out of that folder could name a device that never ends.
  if (text.find("..") != std::string_view::npos || text.find(" /") != std::string_view::npos || text.find("\"/") != std::string_view::npos) return 0;
  std::vector<Problem> problems;
  try {
    const auto root = parse_document(text, "/nonexistent/fuzz.yaml");
    if (suite::is_suite(root)) suite::read_suite(root, {.environment = [](std::string_view) { return std::nullopt; }, .commands_allowed = true}, problems);
  } catch (const Problems& broken) {
    problems = broken.list();
  }
  suite::format_problems(problems);
  return 0;
}
