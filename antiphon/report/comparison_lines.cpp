#include "antiphon/report/comparison_lines.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "antiphon/report/outcome_lines.hpp"

namespace antiphon {

namespace {

std::string share_text(const std::optional<Share>& share) {
  if (!share) return "not measured";
  const auto passed = std::lround(share->value * static_cast<double>(share->n));
  return share->n == 1 ? (passed ? "passed" : "failed") : fmt::format("{} of {}", passed, share->n);
}

std::string_view colour(Change change) {
  switch (change) {
    case Change::lost: return sgr::error;
    case Change::regressed: return sgr::failed;
    case Change::worse: return sgr::inconclusive;
    default: return sgr::passed;
  }
}

std::string_view word(Change change) {
  switch (change) {
    case Change::lost: return "NOT MEASURED";
    case Change::regressed: return "REGRESSED";
    case Change::worse: return "worse";
    case Change::better: return "better";
    case Change::added: return "new";
    default: return "";
  }
}

std::string scenario_line(const ScenarioChange& change, const Style& style) {
  auto what = change.change == Change::added ? share_text(change.after) : fmt::format("{} → {}", share_text(change.before), share_text(change.after));
  if (!change.why.empty()) what = change.why;
  return fmt::format("{} {}: {}\n", style.paint(fmt::format("{:<12}", word(change.change)), colour(change.change)),
                     style.paint(style.line(change.id), sgr::strong), style.own(style.line(what)));
}

std::string counts(const Comparison& comparison) {
  std::string text;
  for (const auto change : {Change::lost, Change::regressed, Change::worse, Change::better, Change::added, Change::same, Change::undecided}) {
    const auto n = std::count_if(comparison.scenarios.begin(), comparison.scenarios.end(), [&](const auto& each) { return each.change == change; });
    if (n == 0) continue;
    const auto name = change == Change::lost ? "not measured any more" : change == Change::added ? "new" : to_string(change);
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", n, name);
  }
  return text;
}

std::string points(double share) { return fmt::format("{}{:.0f}", share > 0 ? "+" : share < 0 ? "−" : "", std::abs(share) * 100); }

std::string rate_line(const Comparison& comparison) {
  if (comparison.paired == 0) return {};
  auto line = fmt::format("pass rate  {} points over {} scenarios", points(comparison.difference.value), comparison.paired);
  if (comparison.test == "mcnemar")
    line += fmt::format(" (McNemar exact, {} worse, {} better, p = {:.3f})", comparison.worse, comparison.better, comparison.p_value);
  if (comparison.test == "resampling")
    line += fmt::format(" (95 % interval {} to {}, scenarios resampled)", points(comparison.difference.low), points(comparison.difference.high));
  return line + (comparison.significant ? "  REGRESSED\n" : "\n");
}

std::string latency_lines(const Comparison& comparison) {
  std::string text;
  for (const auto& each : comparison.latencies)
    text += fmt::format("{} {} {} ({}–{}) → {} ({}–{}){}\n", text.empty() ? "response  " : "          ", each.name, run_time(each.before.value),
                        run_time(each.before.low), run_time(each.before.high), run_time(each.after.value), run_time(each.after.low), run_time(each.after.high),
                        each.regressed ? "  REGRESSED" : "");
  return text;
}

}  // namespace

std::string comparison_lines(const Comparison& comparison, const Style& style) {
  std::string text;
  for (const auto& change : comparison.scenarios)
    if (change.change != Change::same && change.change != Change::undecided) text += scenario_line(change, style);
  if (!text.empty()) text += "\n";
  auto rest = fmt::format("scenarios  {}\n", counts(comparison)) + rate_line(comparison) + latency_lines(comparison);
  for (const auto& notice : comparison.notices) rest += "note       " + notice + "\n";
  return text + style.own(rest) + (comparison.regression() ? "regression\n" : "no regression\n");
}

}  // namespace antiphon
