#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "antiphon/base/clock.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/task.hpp"
#include "antiphon/gateway/session_state.hpp"
#include "antiphon/providers/llm/language_model.hpp"

namespace antiphon::gateway {

/// How one tool is called, whatever does its work.
struct ToolRules {
  Duration deadline = std::chrono::seconds(5);  ///< of one call, retries and their waits included
  bool idempotent = false;                      ///< calling twice does what calling once does: it may be tried again after a failure in the middle
  std::string fallback{};                       ///< what the caller hears when it fails; empty: the router's own sentence
  int retries = 2;                              ///< after the first try
  std::size_t result_limit = 32 * 1024;         ///< bytes of JSON that a model is shown; what is larger is a failure
  bool authenticated = false;                   ///< only for callers whose PIN was right
};

/// A tool as a model sees it, and the rules of calling it.
struct ToolEntry {
  Tool tool{};  ///< name: letters, digits, `_` and `-`, 64 at most; parameters: a JSON Schema of an object
  ToolRules rules{};
};

/// One call, its arguments already checked against the tool's schema.
struct ToolInvocation {
  std::string name{};
  json::object arguments{};
  json::object session{};  ///< what templates may use: see `session_fields`
};

/// Does the work of one or more tools. Belongs to one executor; several calls may be under way at once.
class ToolProvider {
 public:
  virtual ~ToolProvider() = default;
  /// For people: `http order_status`, `mcp crm`.
  virtual const std::string& name() const = 0;
  /// Gets ready; learns its tools where a server has to tell. Called again after a failure.
  /// @throws Error saying what could not be reached or is wrong.
  virtual Task<> start(Deadline deadline);
  /// The tools as they are now; what `start` learned and servers have changed since.
  virtual std::vector<ToolEntry> tools() const = 0;
  /// Whether its tools changed, so that another `start` would tell others.
  virtual bool stale() const { return false; }
  /// What was left out or is doubtful, for the log; each once.
  virtual std::vector<std::string> take_notices() { return {}; }
  /// @throws Error: refused means that the request surely never left, so that trying again is harmless; any other kind that it may have had its effect.
  virtual Task<json::value> call(ToolInvocation invocation, Deadline deadline) = 0;
  /// Lets go of servers and processes.
  virtual Task<> close();
};

/// What templates and queries may use of a call: `id`, `caller_id`, `locale`, `authenticated`, and what stands in its `context`.
json::object session_fields(const SessionState& session);
/// What to do about a field that there is none of.
inline constexpr std::string_view fields_of_calls = "a call has id, caller_id, locale and authenticated";
/// Whether every call has such a field.
bool is_session_field(std::string_view name);

/// Letters, digits, `_` and `-`, 64 at most: what vendors of models take.
bool is_tool_name(std::string_view name);

}  // namespace antiphon::gateway
