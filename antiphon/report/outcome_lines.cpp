#include "antiphon/report/outcome_lines.hpp"

#include <fmt/format.h>

#include "antiphon/base/files.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/report/columns.hpp"

namespace antiphon {

namespace {

constexpr int wide_from = 120, wide_right = 112, wide_place = 64;

std::string party_words(const ScenarioResult& result) {
  if (result.outcome == RunOutcome::passed) return {};
  if (result.fault) return words_of(result.fault->party);
  return result.outcome == RunOutcome::error && result.error ? words_of(result.error->party) : "";
}

std::string tail_of(const ScenarioResult& result) {
  const auto party = party_words(result);
  return run_time(result.duration_s) + (party.empty() ? "" : "  " + party);
}

// Name on the left, figures on the right; colours are put on after everything has been measured.
std::string head_line(const ScenarioResult& result, const Style& style, int right, const std::string& place) {
  const auto sign = style.bare_mark(result.outcome);
  const auto tail = style.own(tail_of(result));
  int room = right - display_width(sign) - 1 - 2 - display_width(tail);
  if (!place.empty()) room = std::min(room, wide_place - 2 - display_width(sign) - 1);
  const auto name = cut_columns(style.line(result.id.empty() ? result.name : result.id), std::max(room, 8), style.ellipsis());
  auto line = style.mark(result.outcome) + " " + style.paint(name, sgr::strong);
  int width = display_width(sign) + 1 + display_width(name);
  if (!place.empty()) {
    line += std::string(static_cast<std::size_t>(std::max(2, wide_place - width)), ' ') + style.paint(place, sgr::quiet);
    width = std::max(width + 2, wide_place) + display_width(place);
  }
  const int gap = std::max(2, right - width - display_width(tail));
  return line + std::string(static_cast<std::size_t>(gap), ' ') + style.paint(tail, sgr::quiet) + "\n";
}

std::string indented(std::string_view text, int width) {
  std::string out;
  if (text.empty()) return out;
  for (const auto& line : wrap_columns(text, width - 2)) out += "  " + line + "\n";
  return out;
}

std::string moment_of(const ScenarioResult& result) {
  const auto at = failed_at(result);
  return at ? fmt::format("at {:.2f}\u00A0s", *at) : "";  // the unit stays on its line
}

}  // namespace

std::string run_time(double seconds) {
  if (seconds >= 1 && seconds < 59.95) return fmt::format("{:.1f} s", seconds);
  return format_duration(std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds)));
}

std::string notice_lines(const ScenarioResult& result, const Style& style, int width) {
  std::string out;
  for (const auto& notice : result.notices) {
    if (is_price_notice(notice)) continue;  // told once, at the end
    const auto text = "note: " + style.line(notice);
    out += width > 0 ? indented(text, width) : "  " + text + "\n";
  }
  return out;
}

std::string place_of(const ScenarioResult& result, const std::string& base_dir) {
  if (result.file.empty()) return {};
  const auto path = below(result.file, base_dir);
  return result.line > 0 ? fmt::format("{}:{}", path, result.line) : path;
}

std::string reason_of(const ScenarioResult& result) {
  if (!result.reasoning.empty()) return result.reasoning;
  if (result.error) return result.error->message;
  for (const auto& check : result.checks)
    if (!check.passed) return check.kind + ": " + check.sentence();
  return {};
}

std::optional<double> failed_at(const ScenarioResult& result) {
  if (result.outcome != RunOutcome::failed) return std::nullopt;
  for (const auto& check : result.checks)
    if (!check.passed && !check.inconclusive && check.time_s) return check.time_s;
  for (const auto& criterion : result.criteria) {
    if (criterion.status != CriterionStatus::failed || criterion.evidence.empty()) continue;
    const auto index = static_cast<std::size_t>(criterion.evidence.front());
    if (index < result.timings.size()) return result.timings[index].end_s;
  }
  return std::nullopt;
}

std::string outcome_block(const ScenarioResult& result, const Style& style, int width, const std::string& base_dir) {
  const auto place = style.line(place_of(result, base_dir));
  if (result.outcome == RunOutcome::passed)
    return head_line(result, style, width >= wide_from ? wide_right : std::max(width, 40) - 2, width >= wide_from ? place : "");
  auto reason = style.line(reason_of(result));
  const auto moment = style.own(moment_of(result));
  if (width >= wide_from) {
    if (!moment.empty() && reason.ends_with('.')) reason.pop_back();
    if (!moment.empty()) reason += reason.empty() ? moment : ", " + moment;
    return head_line(result, style, wide_right, place) + indented(reason, width);
  }
  auto where = style.paint(place, sgr::quiet);
  if (!moment.empty()) where += (where.empty() ? "" : "  ") + style.paint(moment, sgr::quiet);
  return head_line(result, style, std::max(width, 40) - 2, "") + indented(reason, width) + (where.empty() ? "" : "  " + where + "\n");
}

std::string outcome_line(const ScenarioResult& result, const Style& style, const std::string& base_dir) {
  auto line = fmt::format("{:<4} {:>7}", style.bare_mark(result.outcome), run_time(result.duration_s));
  if (const auto place = place_of(result, base_dir); !place.empty()) line += " " + style.line(place);
  line += " " + style.line(result.id.empty() ? result.name : result.id);
  if (const auto party = party_words(result); !party.empty())
    line += " [" + party + "]";
  else if (result.outcome != RunOutcome::passed)
    line += ":";
  if (const auto reason = reason_of(result); !reason.empty() && result.outcome != RunOutcome::passed) line += " " + style.line(reason);
  return line + "\n";
}

std::string again_line(const ScenarioResult& result, const Style& style) {
  const auto reason = reason_of(result);
  if (result.replaced && result.fault)
    return fmt::format("{} {}: attempt {} was spoiled by the {}, again in its place; {}\n", style.own(style.utf8() ? "\u21BB" : "AGAIN"), style.line(result.id),
                       result.attempt, words_of(result.fault->party), style.line(result.fault->why));
  return fmt::format("{} {}: attempt {} {}, again{}{}\n", style.own(style.utf8() ? "\u21BB" : "AGAIN"), style.line(result.id), result.attempt,
                     result.outcome == RunOutcome::error    ? "was an error"
                     : result.outcome == RunOutcome::failed ? "failed"
                                                            : "stayed inconclusive",
                     reason.empty() ? "" : "; ", style.line(reason));
}

}  // namespace antiphon
