#include "antiphon/session/program/agent_log.hpp"

#include <array>
#include <utility>

#include "antiphon/base/ids.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::session {

namespace {

struct Look {
  std::string_view name, colour;
};
constexpr std::array<Look, 4> looks{{{"DEBUG", "\x1b[36m"}, {"INFO", "\x1b[32m"}, {"WARNING", "\x1b[33m"}, {"ERROR", "\x1b[31m"}}};

constexpr std::array<std::pair<std::string_view, LogLevel>, 8> names{{{"trace", LogLevel::debug},
                                                                      {"debug", LogLevel::debug},
                                                                      {"info", LogLevel::info},
                                                                      {"warn", LogLevel::warning},
                                                                      {"warning", LogLevel::warning},
                                                                      {"error", LogLevel::error},
                                                                      {"critical", LogLevel::error},
                                                                      {"fatal", LogLevel::error}}};

}  // namespace

std::optional<LogLevel> log_level_from(std::string_view name) {
  const auto small = lower(name);
  for (const auto& [known, level] : names)
    if (known == small) return level;
  return std::nullopt;
}

void AgentLog::say(LogLevel level, std::string_view message, const json::object& more) const {
  if (level < least_) return;
  const auto& look = looks.at(static_cast<std::size_t>(level));
  if (format_ != LogFormat::json) {
    const bool coloured = format_ == LogFormat::colored;
    out_ << (coloured ? look.colour : "") << look.name << (coloured ? "\x1b[0m " : " ") << message;
    for (const auto& member : more) out_ << ' ' << member.key() << '=' << json_text(member.value());
    out_ << std::endl;
    return;
  }
  json::object line{{"message", message}, {"level", look.name}, {"name", "antiphon.agent"}};
  for (const auto& member : more) line[member.key()] = member.value();
  line["timestamp"] = utc_now();
  out_ << json_text(line) << std::endl;
}

}  // namespace antiphon::session
