#include "antiphon/report/tap.hpp"

#include <ostream>

#include <fmt/format.h>

#include "antiphon/base/files.hpp"
#include "antiphon/base/json.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/report/columns.hpp"
#include "antiphon/report/outcome_lines.hpp"

namespace antiphon {

namespace {

// `#` would begin a directive, and a back slash an escape.
std::string description(std::string_view text) {
  std::string out;
  for (const char c : one_line(text)) {
    if (c == '#' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

// A JSON string is a YAML string as well, whatever it holds.
std::string in_quotes(std::string_view text) {
  std::string out;
  append_json_string(out, repair_utf8(text));
  return out;
}

std::string failed_checks(const ScenarioResult& result) {
  std::string lines;
  for (const auto& check : result.checks)
    if (!check.passed) lines += fmt::format("    - {}\n", in_quotes(check.kind + ": " + check.sentence()));
  return lines.empty() ? lines : "  checks:\n" + lines;
}

std::string block(const ScenarioResult& result) {
  auto text = fmt::format("  ---\n  outcome: {}\n  message: {}\n", to_string(result.outcome), in_quotes(reason_of(result)));
  if (result.error) text += fmt::format("  party: {}\n", to_string(result.error->party));
  text += failed_checks(result);
  if (!result.file.empty()) text += fmt::format("  at:\n    file: {}\n    line: {}\n", in_quotes(result.file), result.line);
  if (result.attempt > 1) text += fmt::format("  attempts: {}\n", result.attempt);
  if (result.flaky()) text += "  flaky: true\n";
  return text + fmt::format("  duration_ms: {:.0f}\n  ...\n", result.duration_s * 1000);
}

std::string test_point(std::size_t number, const ScenarioResult& result) {
  const auto words = description(result.id.empty() ? result.name : result.id);
  if (result.not_run) return fmt::format("ok {} - {} # SKIP never begun\n", number, words);
  auto point = fmt::format("{} {} - {}\n", result.success() ? "ok" : "not ok", number, words);
  return result.success() && !result.flaky() ? point : point + block(result);
}

}  // namespace

std::string tap_text(const BatchResult& batch) {
  const auto total = batch.scenarios.size();
  auto text = fmt::format("TAP version 14\n1..{}{}\n", total, total == 0 ? " # SKIP nothing was selected" : "");
  for (std::size_t i = 0; i < total; ++i) text += test_point(i + 1, batch.scenarios[i]);
  return text + fmt::format("# seed {}\n", batch.seed);
}

void TapReporter::finish(const BatchResult& batch) {
  const auto text = tap_text(batch);
  if (out_)
    *out_ << text << std::flush;
  else
    write_file_atomically(path_, text);
}

}  // namespace antiphon
