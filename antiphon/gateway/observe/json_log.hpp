#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "antiphon/gateway/observe/call_note.hpp"
#include "antiphon/gateway/privacy/mask.hpp"

namespace antiphon::gateway {

enum class LogLevel { debug, info, warning, error };
std::string_view to_string(LogLevel level);
/// By its name; nullopt: there is no such level.
std::optional<LogLevel> log_level_from(std::string_view name);

/// What a caller should wait at most; what takes longer is a warning.
struct LatencyTargets {
  Duration first_token{std::chrono::milliseconds(900)};  ///< of a model
  Duration turn{std::chrono::milliseconds(2500)};        ///< end of the caller's voice to the first sample of the answer
  bool operator==(const LatencyTargets&) const = default;
};

/// The log of a gateway: one JSON object per line with `time`, `level`, `event`, and `call_id` where it is of a call. Personal data is masked in all else.
class JsonLog {
 public:
  struct Settings {
    LogLevel least = LogLevel::info;  ///< what is below is left out; `debug` has what was said, masked
    std::function<void(std::string line)> write;
    std::function<std::string()> time;  ///< ISO 8601
    LatencyTargets targets{};
  };

  /// `masker` outlives it.
  JsonLog(const Masker& masker, Settings settings) : masker_(masker), settings_(std::move(settings)) {}

  /// @param event a word: `tool_failed`. @param fields in their order, masked here; empty texts are left out
  void line(LogLevel level, std::string_view event, const json::object& fields = {}, std::string_view call_id = {}) const;
  /// Of a call, masked already.
  void note(const CallNote& masked_note, const CallIdentity& call) const;

 private:
  void write(LogLevel level, std::string_view event, const json::object& fields, std::string_view call_id) const;

  const Masker& masker_;
  Settings settings_;
};

}  // namespace antiphon::gateway
