#include "antiphon/report/progress.hpp"

#include <cmath>

#include <fmt/format.h>

#include "antiphon/base/text.hpp"
#include "antiphon/report/columns.hpp"

namespace antiphon {

namespace {

constexpr int bar_width = 22, least_bar_width = 5;

std::string rate(const Progress& progress) {
  const double per_minute = static_cast<double>(progress.done) * 60 / to_seconds(progress.elapsed);
  return fmt::format("{:.{}f}/min", per_minute, per_minute < 100 ? 1 : 0);
}

// m:ss, and h:mm:ss from an hour on.
std::string clock_time(double seconds) {
  const auto whole = std::llround(seconds);
  if (whole >= 3600) return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

bool has_rate(const Progress& progress) { return progress.done > 0 && progress.elapsed > Duration::zero(); }

std::string time_left(const Progress& progress) {
  return "ETA " + clock_time(to_seconds(progress.elapsed) / static_cast<double>(progress.done) * static_cast<double>(progress.total - progress.done));
}

std::string bar(const Progress& progress, int width, bool utf8) {
  const auto filled = progress.total == 0 ? 0 : width * static_cast<int>(progress.done) / static_cast<int>(progress.total);
  std::string out;
  for (int i = 0; i < width; ++i) out += i < filled ? (utf8 ? "█" : "#") : (utf8 ? "░" : ".");
  return out;
}

}  // namespace

void Progress::add(const ScenarioResult& result) {
  ++done;
  switch (result.outcome) {
    case RunOutcome::passed: ++passed; break;
    case RunOutcome::failed: ++failed; break;
    case RunOutcome::error: ++error; break;
    case RunOutcome::inconclusive: ++inconclusive; break;
  }
}

std::string outcome_counts(const Progress& progress, std::string_view separator) {
  std::vector<std::string> parts;
  for (const auto& [count, word] : {std::pair(progress.passed, "passed"), std::pair(progress.failed, "failed"),
                                    std::pair(progress.error, progress.error == 1 ? "error" : "errors"), std::pair(progress.inconclusive, "inconclusive")})
    if (count > 0) parts.push_back(fmt::format("{} {}", count, word));
  return join(parts, separator);
}

std::string live_line(const Progress& progress, int width, bool utf8) {
  auto text = fmt::format(" {}/{}", progress.done, progress.total);
  if (progress.done > 0) text += "  " + outcome_counts(progress, ", ");
  if (has_rate(progress)) text += fmt::format("  {}  {}", rate(progress), time_left(progress));
  const int room = std::min(bar_width, width - display_width(text));
  return cut_columns((room >= least_bar_width ? bar(progress, room, utf8) : std::string()) + text, width, utf8 ? "…" : "...");
}

std::string progress_line(const Progress& progress) {
  auto text = fmt::format(".... {}/{}", progress.done, progress.total);
  if (progress.done > 0) text += " " + outcome_counts(progress, " ");
  if (has_rate(progress)) text += " " + time_left(progress);
  return text;
}

}  // namespace antiphon
