#include <cstddef>
#include <cstdint>
#include <string_view>

#include "antiphon/gateway/evaluation/scenario_file.hpp"

// Any bytes as a file of scenarios: scenarios that can be played, or a list of mistakes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto scenarios = antiphon::gateway::parse_evaluation({reinterpret_cast<const char*>(data), size}, "scenarios.yaml");
    if (scenarios.empty()) __builtin_trap();
    for (const auto& scenario : scenarios) {
      if (scenario.turns.empty()) __builtin_trap();
      for (const auto& turn : scenario.turns)
        if (turn.user.empty() == turn.keys.empty()) __builtin_trap();
    }
  } catch (const antiphon::Problems& problems) {
    if (problems.list().empty()) __builtin_trap();
  }
  return 0;
}
