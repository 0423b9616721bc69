#include <cstddef>
#include <cstdint>
#include <string_view>

#include "antiphon/providers/llm/rules/rules_file.hpp"

// Any bytes are rules, or Problems that say where.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace antiphon;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    (void)rules::parse_rules(text, "fuzz.rules.yaml", [](std::string_view) { return std::nullopt; });
  } catch (const Problems& problems) {
    for (const auto& problem : problems.list())
      if (problem.message.empty() || problem.where.file.empty()) __builtin_trap();
  }
  return 0;
}
