#pragma once

#include <cstddef>
#include <string>

#include "antiphon/base/clock.hpp"
#include "antiphon/result/result.hpp"

namespace antiphon {

/// How far a batch has come.
struct Progress {
  std::size_t total = 0, done = 0, passed = 0, failed = 0, error = 0, inconclusive = 0;
  Duration elapsed{};

  void add(const ScenarioResult& result);
};

/// "7 passed, 1 failed, 1 error": outcomes that did not happen are left out.
std::string outcome_counts(const Progress& progress, std::string_view separator);

/// The live line of a terminal: bar, counts, rate, time left; at most `width` columns (the bar gives way first).
std::string live_line(const Progress& progress, int width, bool utf8);
/// The same without cursor moves, one line of its own.
std::string progress_line(const Progress& progress);

}  // namespace antiphon
