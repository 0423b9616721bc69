#pragma once

#include <optional>
#include <string>
#include <vector>

#include "antiphon/base/clock.hpp"

// Checks on what was measured of a call (docs/checks.md). They hold for the call as it was heard.

namespace antiphon {

/// From our user's last voiced sample to when the answer's first crossed the wire; a limit that is unset is not checked.
struct TimeToFirstAudioCheck {
  std::optional<Duration> p50, p95, p99, max{};
};
/// Of our user's deliberate cut-ins.
struct InterruptionCheck {
  std::optional<Duration> stops_within{};  ///< of each, at most `stop_window`
  std::optional<int> count{};              ///< that came about
};
/// The longest time for which the agent let our user wait.
struct SilenceCheck {
  Duration at_most{};
};
/// Seconds in which the agent spoke over our user and should not have, together.
struct OverlapCheck {
  Duration at_most{};
};
/// Voiced seconds of the agent by those of our user.
struct TalkRatioCheck {
  std::optional<double> at_least{}, at_most{};
};
/// What one side understood of the other.
struct HeardCheck {
  enum class By { agent, user } by = By::agent;
  std::optional<double> word_error_rate_at_most{};  ///< errors by words, 0 to 1
  std::vector<std::string> entities{};              ///< to be understood wherever they were said; empty: all that stand out
  std::optional<double> entities_at_least{};        ///< share of them, 0 to 1; unset: all that `entities` names
};

}  // namespace antiphon
