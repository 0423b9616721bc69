#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "antiphon/base/runtime.hpp"
#include "antiphon/gateway/tools/tool.hpp"

namespace antiphon::gateway {

/// How often the tools of a gateway under stress fail or take long, on purpose (GTW-61). Of attempts: a retry draws anew.
struct ToolFaultSettings {
  double failures = 0;                                                           ///< 0 to 1
  double delays = 0;                                                             ///< 0 to 1
  Duration shortest{std::chrono::seconds(1)}, longest{std::chrono::seconds(3)};  ///< of such a delay
  std::uint64_t seed = 0;
  bool any() const { return failures > 0 || delays > 0; }
};

/// What was done to them; read from any thread.
struct ToolFaultCount {
  std::atomic<std::uint64_t> calls{0}, failures{0}, delays{0};
};

/// The same tools, which now and then fail with Error unavailable in place of being called, or are called late.
std::shared_ptr<ToolProvider> faulty_tools(std::shared_ptr<ToolProvider> tools, Runtime& runtime, ToolFaultSettings settings,
                                           std::shared_ptr<ToolFaultCount> count);

}  // namespace antiphon::gateway
