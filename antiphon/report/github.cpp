#include "antiphon/report/github.hpp"

#include <cmath>
#include <fstream>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/report/columns.hpp"
#include "antiphon/report/outcome_lines.hpp"

namespace antiphon {

namespace {

constexpr std::size_t most_rows = 200;
constexpr std::size_t longest_cell = 1000;

std::string replaced(std::string_view text, std::string_view characters) {
  std::string out;
  for (const char c : repair_utf8(text)) {
    if (characters.find(c) == std::string_view::npos)
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string data(std::string_view text) { return replaced(text, "%\r\n"); }
std::string property(std::string_view text) { return replaced(text, "%\r\n:,"); }

std::string command(std::string_view level, const ScenarioResult& result, const std::string& base_dir, std::string_view what) {
  auto place = result;
  place.line = 0;
  std::string properties;
  if (!result.file.empty()) properties += fmt::format("file={},", property(place_of(place, base_dir)));
  if (result.line > 0) properties += fmt::format("line={},", result.line);
  return fmt::format("::{} {}title={}::{}\n", level, properties, property(result.id), data(what));
}

// Everything that Markdown or HTML could take for more than a letter.
std::string markdown(std::string_view text) {
  constexpr std::string_view special = "\\`*_[]#|~>$@:";
  std::string out;
  for (const char c : one_line(cut_columns(repair_utf8(text), static_cast<int>(longest_cell)))) {
    if (c == '<' || c == '&')
      out += c == '<' ? "&lt;" : "&amp;";
    else if (special.find(c) != std::string_view::npos)
      out += fmt::format("&#{};", static_cast<int>(c));
    else
      out += c;
  }
  return out;
}

std::string_view outcome_word(const ScenarioResult& result) { return result.not_run ? "not run" : result.flaky() ? "flaky" : to_string(result.outcome); }

std::string rate(const ResultSummary& summary) {
  if (!summary.pass_rate) return {};
  const auto& share = *summary.pass_rate;
  const auto percent = [](double value) { return std::lround(value * 100); };
  return fmt::format("Pass rate {} % of {} decided (95 % interval {}–{}).\n\n", percent(share.value), share.n, percent(share.low), percent(share.high));
}

}  // namespace

std::string github_commands(const BatchResult& batch, const std::string& base_dir) {
  std::string text;
  for (const auto& result : batch.scenarios) {
    if (result.not_run) continue;
    if (!result.success())
      text += command("error", result, base_dir, fmt::format("{}: {}", to_string(result.outcome), reason_of(result)));
    else if (result.flaky())
      text += command("warning", result, base_dir, fmt::format("flaky: passed at attempt {}; first: {}", result.attempt, reason_of(*result.first_miss())));
  }
  return text;
}

std::string github_summary(const BatchResult& batch, const std::string& base_dir) {
  const auto summary = summarize(batch.scenarios);
  auto text =
      fmt::format("### {}: {} of {} passed\n\n{}", markdown(batch.suite.empty() ? "antiphon" : batch.suite), summary.passed, summary.total, rate(summary));
  std::size_t rows = 0, left = 0;
  for (const auto& result : batch.scenarios) {
    if (result.success() && !result.flaky()) continue;
    if (rows == most_rows) {
      ++left;
      continue;
    }
    if (rows++ == 0) text += "| outcome | scenario | place | reason |\n|---|---|---|---|\n";
    text += fmt::format("| {} | {} | {} | {} |\n", outcome_word(result), markdown(result.id), markdown(place_of(result, base_dir)),
                        markdown(reason_of(result.flaky() ? *result.first_miss() : result)));
  }
  if (left > 0) text += fmt::format("\n… and {} more.\n", left);
  return text + fmt::format("\nSeed {}, {}.\n\n", batch.seed, run_time(batch.duration_s));
}

void GithubReporter::finish(const BatchResult& batch) {
  *options_.out << github_commands(batch, options_.base_dir) << std::flush;
  if (options_.summary_file.empty()) return;
  std::ofstream file(options_.summary_file, std::ios::app | std::ios::binary);
  file << github_summary(batch, options_.base_dir) << std::flush;
  if (!file) throw Error(ErrorKind::io, fmt::format("cannot append the step's summary to {}", options_.summary_file)).with_hint("check GITHUB_STEP_SUMMARY");
}

}  // namespace antiphon
