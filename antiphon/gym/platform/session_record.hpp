#pragma once

#include <optional>
#include <string>
#include <vector>

#include "antiphon/base/clock.hpp"
#include "antiphon/base/json.hpp"
#include "antiphon/gym/platform/platform_settings.hpp"
#include "antiphon/gym/platform/session_keys.hpp"

namespace antiphon::gym {

/// What a session leaves behind: for `session.end` and for whoever asks for it.
class SessionRecord {
 public:
  using WallTime = std::chrono::system_clock::time_point;

  SessionRecord(std::string session_id, SessionGrant grant, WallTime now, std::string address);

  void user_said(std::string text, WallTime now, Duration audio = Duration{0});
  /// @param latency from the end of the user's turn to the first word; nullopt: nobody had asked
  void assistant_said(std::string text, WallTime now, Duration audio, std::optional<Duration> latency);
  void end(WallTime now) { ended_ = now; }

  const std::string& session_id() const { return session_id_; }
  const SessionGrant& grant() const { return grant_; }
  layercode::SessionEndEvent end_event() const;
  /// As `GET /v1/agents/ID/sessions/ID` shows it.
  json::object detail() const;

 private:
  std::optional<double> mean_latency_ms() const;

  std::string session_id_;
  SessionGrant grant_;
  WallTime started_;
  std::optional<WallTime> ended_;
  std::string address_;
  std::vector<layercode::TranscriptLine> lines_;
  std::vector<double> line_latency_ms_;  ///< of each line; below 0: none
  Duration heard_{0}, spoken_{0};
};

}  // namespace antiphon::gym
