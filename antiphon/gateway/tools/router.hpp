#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "antiphon/base/json_schema.hpp"
#include "antiphon/base/runtime.hpp"
#include "antiphon/gateway/tools/circuit_breaker.hpp"
#include "antiphon/gateway/tools/tool.hpp"

namespace antiphon::gateway {

struct ToolRouterOptions {
  CircuitBreakerRules breaker{};
  Duration retry_delay = std::chrono::milliseconds(300);  ///< before try n + 1 it waits n times this
  std::string fallback = "I am having trouble with that request. Is there something else that I can help you with?";
};

/// Calls tools, so that nothing a tool does can hurt a conversation (GTW-34): every call ends in time, and with a result.
///
/// One for all sessions, since circuit breakers are about servers and not about callers. Belongs to one executor; outlives its calls.
class ToolRouter {
 public:
  ToolRouter(Runtime& runtime, ToolRouterOptions options = {});
  ~ToolRouter();
  ToolRouter(const ToolRouter&) = delete;
  ToolRouter& operator=(const ToolRouter&) = delete;

  void add(std::shared_ptr<ToolProvider> provider);
  /// Starts all providers at once. One that fails leaves its tools out, and is tried again by the next `start`, as is one whose tools changed.
  /// @returns what failed or is doubtful, for the log; empty: nothing.
  /// @throws Error configuration for a tool whose name is none or stands for two, or whose schema is none.
  Task<std::vector<std::string>> start(Deadline deadline);
  Task<> close();

  /// What a model is told that there is.
  ToolSet declarations() const;
  /// The name itself for a tool that there is, else `unknown`: what may be the label of a metric (contracts.md §11).
  std::string_view label(std::string_view tool) const;
  /// What the caller hears when `tool` failed.
  const std::string& fallback(std::string_view tool) const;
  CircuitState circuit(std::string_view tool) const;

  /// Never throws but where it is cancelled: what goes wrong stands in the result.
  Task<ToolResult> call(ToolCall call, json::object session, Deadline deadline);
  /// All calls of one answer of a model, at once; results in the order of the calls.
  Task<std::vector<ToolResult>> call_all(std::vector<ToolCall> calls, json::object session, Deadline deadline);

 private:
  struct Route;
  struct Source;

  Task<> start_one(Source& source, Deadline deadline, std::vector<std::string>& notices);
  void take_tools();
  const Route* find(std::string_view tool) const;
  Task<json::value> attempt_all(std::shared_ptr<Route> route, ToolInvocation invocation, Deadline deadline);
  Task<json::value> run(const ToolCall& call, json::object session, Deadline deadline);

  Runtime& runtime_;
  ToolRouterOptions options_;
  std::vector<std::unique_ptr<Source>> sources_;
  std::map<std::string, std::shared_ptr<Route>, std::less<>> routes_;
  ToolSet declarations_;
};

/// What a model is told of a result: the data, or `{"error": …, "say": …}` with the sentence for the caller.
Message answer_to(const ToolCall& call, const ToolResult& result, const std::string& fallback);

/// A failed call counts towards `consecutive_failures`, a call that went well sets it to nothing (contracts.md §10); in the order of the results.
void count_failures(SessionState& session, const std::vector<ToolResult>& results);

}  // namespace antiphon::gateway
