#include <cstddef>
#include <cstdint>
#include <string_view>

#include "antiphon/suite/group.hpp"

// Any bytes as a scenario group: its entries, or what is wrong with it. Each entry fits a suite's scenario.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace antiphon;
  try {
    const auto root = parse_document({reinterpret_cast<const char*>(data), size}, "fuzz");
    suite::Reader reader;
    const auto group = suite::read_group(reader, root);
    for (const auto& entry : group.entries)
      for (const auto* scenario : {"{name: x}", "{name: x, user: {temperature: 1}, judge: [a], tags: [b]}", "{user: human, judge: {criteria: [a]}}"}) {
        auto node = parse_document(scenario, "suite");
        suite::take_entry(reader, entry, node);
        expand_variables(node, [](std::string_view) { return std::optional<std::string>(); }, reader.problems());
      }
  } catch (const Problems&) {}
  return 0;
}
