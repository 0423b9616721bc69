#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <optional>
#include <vector>

#include "antiphon/result/measures/voice_measures.hpp"

namespace antiphon::voice {

/// Of so many; nullopt where there are none.
inline std::optional<Figure> share(double part, std::size_t n) { return n > 0 ? std::optional(Figure{part / static_cast<double>(n), n}) : std::nullopt; }

inline std::optional<Figure> mean(const std::vector<double>& values) { return share(std::accumulate(values.begin(), values.end(), 0.0), values.size()); }

/// Turns of our user that ended so. Reads the ledger.
inline std::size_t turns_that(const VoiceMeasures& measures, UserTurnOutcome outcome) {
  return static_cast<std::size_t>(std::ranges::count(measures.user_turns, outcome, &UserTurnEntry::outcome));
}

}  // namespace antiphon::voice
