#pragma once

#include <functional>
#include <memory>
#include <stop_token>

#include "antiphon/base/runtime.hpp"
#include "antiphon/gateway/tools/tool.hpp"

namespace antiphon::gateway {

/// A tool whose work is a coroutine of C++. `work` runs on the gateway's executor and must not block; what blocks goes to `Runtime::blocking`.
std::shared_ptr<ToolProvider> function_tool(ToolEntry entry, std::function<Task<json::value>(ToolInvocation, Deadline)> work);

/// The same for a function that blocks: it runs on the blocking pool, and is abandoned where it ignores its stop token.
std::shared_ptr<ToolProvider> blocking_function_tool(Runtime& runtime, ToolEntry entry,
                                                     std::function<json::value(const ToolInvocation&, std::stop_token)> work);

}  // namespace antiphon::gateway
