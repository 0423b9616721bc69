#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include "antiphon/base/json.hpp"

namespace antiphon::session {

enum class LogFormat { json, colored, plain };  // plain: as colored, where nobody sees colours
enum class LogLevel { debug, info, warning, error };
/// By any name that agents know it by (`warn`, `WARNING`, `trace`, `fatal` …); nullopt: there is no such level.
std::optional<LogLevel> log_level_from(std::string_view name);

/// What an agent's process says of itself: a line of JSON (`message`, `level`, `name`, `timestamp` and more), or one for people.
class AgentLog {
 public:
  AgentLog(std::ostream& out, LogFormat format, LogLevel least) : out_(out), format_(format), least_(least) {}

  void say(LogLevel level, std::string_view message, const json::object& more = {}) const;

 private:
  std::ostream& out_;
  LogFormat format_;
  LogLevel least_;
};

}  // namespace antiphon::session
