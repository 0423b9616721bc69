#include "antiphon/report/summary_lines.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "antiphon/base/text.hpp"
#include "antiphon/report/agreement_lines.hpp"
#include "antiphon/report/columns.hpp"
#include "antiphon/result/sensitivity.hpp"
#include "antiphon/result/statistics.hpp"

namespace antiphon {

namespace {

constexpr int time_column = 57;

std::string seconds(double value) { return format_duration(std::chrono::duration_cast<Duration>(std::chrono::duration<double>(value))); }

// What is known of it; runs whose prices are unknown add nothing.
std::string cost(const BatchResult& batch) {
  double usd = 0;
  for (const auto& result : batch.scenarios) {
    usd += result.cost_usd.value_or(0);
    for (const auto& attempt : result.earlier) usd += attempt.cost_usd.value_or(0);
  }
  if (usd <= 0) return {};
  return usd < 0.01 ? fmt::format("  ${:.4f}", usd) : fmt::format("  ${:.2f}", usd);
}

std::string counts_line(const BatchResult& batch, const ResultSummary& summary) {
  auto line = fmt::format("{} of {} passed", summary.passed, summary.total);
  for (const auto& [count, word] : {std::pair(summary.failed, "failed"), std::pair(summary.error, summary.error == 1 ? "error" : "errors"),
                                    std::pair(summary.inconclusive, "inconclusive"), std::pair(summary.not_run, "not run")})
    if (count > 0) line += fmt::format(", {} {}", count, word);
  if (summary.flaky > 0) line += fmt::format(", {} of the passed flaky", summary.flaky);
  return pad_columns(line, time_column - 2) + "  " + seconds(batch.duration_s) + cost(batch) + "\n";
}

long percent(double share) { return std::lround(share * 100); }
std::string interval(const ResultSummary::Rate& rate) { return fmt::format("{}–{}", percent(rate.low), percent(rate.high)); }
// Below ten decided runs a percentage promises more than there is.
std::string share(const ResultSummary::Rate& rate) {
  if (rate.n >= 10) return fmt::format("{} % of {}", percent(rate.value), rate.n);
  return fmt::format("{} of {}", std::lround(rate.value * static_cast<double>(rate.n)), rate.n);
}

std::string rate_line(const ResultSummary& summary) {
  if (!summary.pass_rate) return {};
  auto text = fmt::format("pass rate  {} decided (95 % interval {})\n", share(*summary.pass_rate), interval(*summary.pass_rate));
  if (summary.spoiled_decided == 0) return text;
  const auto& rate = summary.pass_rate_without_spoiled;
  if (!rate) return text + fmt::format("           none without {} spoiled\n", summary.spoiled_decided);
  return text + fmt::format("           {} without {} spoiled ({})\n", share(*rate), summary.spoiled_decided, interval(*rate));
}

std::string by_party(const std::map<Party, std::size_t>& counts) {
  std::vector<std::string> parts;
  for (const auto& [party, count] : counts) parts.push_back(fmt::format("{} {}", words_of(party), count));
  return join(parts, ", ");
}

std::string fault_line(const ResultSummary& summary) { return summary.faults.empty() ? "" : "fault      " + by_party(summary.faults) + "\n"; }

std::string replaced_line(const ResultSummary& summary) {
  const auto& replaced = summary.replaced;
  if (replaced.runs == 0) return {};
  auto text = fmt::format("replaced   {} spoiled {} of {} {} ({})", replaced.attempts, replaced.attempts == 1 ? "attempt" : "attempts", replaced.runs,
                          replaced.runs == 1 ? "run" : "runs", by_party(replaced.by));
  if (replaced.still_spoiled > 0) text += fmt::format(", {} still spoiled", replaced.still_spoiled);
  return text + "\n";
}

std::string excluded_line(const BatchResult& batch, const ResultSummary& summary) {
  if (!batch.exclude_spoiled || summary.spoiled == 0) return {};
  if (summary.spoiled + summary.not_run == summary.total) return "excluded   none: every run was spoiled, so they decide the exit code\n";
  return fmt::format("excluded   {} spoiled {} not decide the exit code\n", summary.spoiled, summary.spoiled == 1 ? "run does" : "runs do");
}

std::string user_model_line(const UserModelRate& model, std::size_t width) {
  auto text = pad_columns(model.name, static_cast<int>(width)) + "  ";
  text += model.counts.pass_rate ? fmt::format("{} decided ({})", share(*model.counts.pass_rate), interval(*model.counts.pass_rate)) : "nothing decided";
  if (model.counts.spoiled > 0) text += fmt::format(", {} spoiled", model.counts.spoiled);
  return text + "\n";
}

std::string scenario_count(std::size_t n) { return fmt::format("{} scenario{}", n, n == 1 ? "" : "s"); }

// A number alone would hide that somebody else's voice may have made it.
std::string sensitivity_lines(const BatchResult& batch) {
  const auto sensitivity = user_model_sensitivity(batch.scenarios);
  if (sensitivity.models.empty()) return {};
  std::size_t width = 0;
  for (const auto& model : sensitivity.models) width = std::max(width, static_cast<std::size_t>(display_width(model.name)));
  std::string text;
  for (const auto& model : sensitivity.models) text += (text.empty() ? "user       " : "           ") + user_model_line(model, width);
  text += "range      ";
  text += sensitivity.range ? fmt::format("{}–{} % by who plays the user", percent(sensitivity.range->low), percent(sensitivity.range->high))
                            : std::string("none: fewer than two user models have a pass rate");
  text += fmt::format("; {} of {} {} on it", sensitivity.dependent.size(), scenario_count(sensitivity.scenarios),
                      sensitivity.dependent.size() == 1 ? "depends" : "depend");
  if (sensitivity.left_out > 0) text += fmt::format("; {} left out, not all could play {}", sensitivity.left_out, sensitivity.left_out == 1 ? "it" : "them");
  return text + "\n";
}

// Few values of k, so that a thousand repeats stay one line; the last is "never failed".
std::string repeats_line(const BatchResult& batch) {
  const auto repeats = summarize_repeats(batch.scenarios);
  if (!repeats.repeated || repeats.pass_hat.empty()) return {};
  const auto percent = [](double share) { return std::lround(share * 100); };
  const auto& first = repeats.pass_hat.front().share;
  auto line =
      fmt::format("pass@1     {} % of {} (95 % interval {}–{})", percent(first.value), scenario_count(first.n), percent(first.low), percent(first.high));
  const auto last = repeats.pass_hat.size();
  const auto add = [&](std::size_t k) { line += fmt::format("  pass^{} {} %", k, percent(repeats.pass_hat[k - 1].share.value)); };
  for (const std::size_t k : {2U, 4U, 8U})
    if (k < last) add(k);
  if (last > 1) add(last);
  return line + "\n";
}

// A p99 of fewer than a hundred values is their maximum under another name.
std::string response_line(const BatchResult& batch) {
  std::vector<double> answers;
  bool heard = true;
  for (const auto& result : batch.scenarios) {
    answers.insert(answers.end(), result.answer_s.begin(), result.answer_s.end());
    heard = heard && (result.call || result.answer_s.empty());
  }
  const auto latency = summarize_latency(std::move(answers));
  if (!latency) return {};
  auto line = fmt::format("response   p50 {}  p95 {}", seconds(latency->p50), seconds(latency->p95));
  if (latency->n >= 100) line += "  p99 " + seconds(latency->p99);
  return line + fmt::format("  ({}n = {})\n", heard ? "heard, " : "", latency->n);
}

// The models whose prices nobody knows: what they cost is missing above.
std::string unpriced_line(const BatchResult& batch) {
  std::vector<std::string> names;
  for (const auto& result : batch.scenarios)
    for (const auto& usage : result.usage)
      if (!usage.cost_usd && std::find(names.begin(), names.end(), usage.model) == names.end()) names.push_back(usage.model);
  return names.empty() ? "" : fmt::format("cost       not known of {}; `price:` beside the model sets it\n", one_line(join(names, ", ")));
}

// For a shell: quoted where the path is not plain.
std::string shell_word(const std::string& path) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+,:@%=";
  if (!path.empty() && path.find_first_not_of(plain) == std::string::npos) return path;
  std::string out = "'";
  for (const char c : path) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

}  // namespace

std::string summary_lines(const BatchResult& batch, const SummaryPaths& paths, const Style& style) {
  const auto summary = summarize(batch.scenarios);
  const bool all_passed = summary.passed == summary.total;
  auto text = counts_line(batch, summary) + rate_line(summary) + repeats_line(batch) + sensitivity_lines(batch) + fault_line(summary) + replaced_line(summary) +
              excluded_line(batch, summary);
  if (!all_passed) text += response_line(batch);
  text += unpriced_line(batch) + judge_lines(batch, style);
  if (!paths.report.empty()) text += "report     " + one_line(paths.report) + "\n";
  if (!paths.result.empty() && !all_passed) text += "again      antiphon run --failed " + shell_word(one_line(paths.result)) + "\n";
  return style.own(text);
}

}  // namespace antiphon
