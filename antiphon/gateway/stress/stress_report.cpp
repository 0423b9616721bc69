#include "antiphon/gateway/stress/stress_report.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::gateway {

namespace {

double in_ms(Duration duration) { return std::chrono::duration<double, std::milli>(duration).count(); }

double mean(std::span<const double> values) {
  return values.empty() ? 0 : std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

std::vector<double> sorted_ms(const std::vector<Duration>& durations) {
  std::vector<double> values;
  for (const auto duration : durations) values.push_back(in_ms(duration));
  std::ranges::sort(values);
  return values;
}

const std::vector<std::string>& names() {
  static const std::vector<std::string> all{"response_p50", "response_p95", "response_p99", "response_avg", "connect_p95", "generator_lateness_p99", "errors"};
  return all;
}

/// `p95` of `response_p95`; `avg` has none.
double rank_of(const std::string& name) { return std::stod(name.substr(name.find_last_of('p') + 1)); }

json::object to_json(const StressCall& call) {
  json::array responses;
  for (const auto response : call.responses) responses.push_back(in_ms(response));
  return {{"number", call.number},
          {"call_id", call.call_id},
          {"due_ms", in_ms(call.due)},
          {"connected_ms", call.connected ? json::value(in_ms(*call.connected)) : json::value(nullptr)},
          {"success", call.error.empty()},
          {"turn_latencies_ms", std::move(responses)},
          {"unanswered", call.unanswered},
          {"barge_in_count", call.barge_ins},
          {"error", call.error.empty() ? json::value(nullptr) : json::value(call.error)}};
}

json::object counted_errors(const StressReport& report) {
  std::map<std::string, int> counts;
  for (const auto& call : report.calls)
    if (!call.error.empty()) ++counts[call.error_kind.empty() ? call.error : call.error_kind];
  json::object object;
  for (const auto& [kind, count] : counts) object[kind] = count;
  return object;
}

}  // namespace

double interpolated_percentile(std::span<const double> sorted, double p) {
  if (sorted.empty()) return 0;
  const double place = static_cast<double>(sorted.size() - 1) * p / 100;
  const auto below = static_cast<std::size_t>(place);
  const auto above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

StressThreshold parse_threshold(const std::string& text) {
  const auto equals = text.find('=');
  StressThreshold threshold{.name = text.substr(0, equals), .text = text};
  if (equals == std::string::npos || std::ranges::find(names(), threshold.name) == names().end())
    throw Error(ErrorKind::usage, fmt::format("--threshold {} limits nothing that is measured", quote(text)))
        .with_hint("write for example response_p95=1200ms or errors=1%; there are " + join(names(), ", "));
  const auto value = text.substr(equals + 1);
  if (threshold.name != "errors") {
    const auto limit = parse_duration(value);
    if (!limit)
      throw Error(ErrorKind::usage, fmt::format("--threshold {}: {} is no duration", quote(text), quote(value))).with_hint("write it with its unit: 1200ms");
    threshold.most = in_ms(*limit);
    return threshold;
  }
  threshold.most = parse_share(value, "--threshold errors");
  return threshold;
}

double parse_share(const std::string& text, std::string_view what) {
  const bool is_percent = text.ends_with('%');
  const auto digits = is_percent ? text.substr(0, text.size() - 1) : text;
  char* end = nullptr;
  const double value = std::strtod(digits.c_str(), &end) / (is_percent ? 100 : 1);
  if (digits.empty() || *end != '\0' || !(value >= 0 && value <= 1))
    throw Error(ErrorKind::usage, fmt::format("{} {} is no share", what, quote(text))).with_hint("write it as 5% or 0.05");
  return value;
}

std::size_t StressReport::failed() const {
  return static_cast<std::size_t>(std::ranges::count_if(calls, [](const StressCall& call) { return !call.error.empty(); }));
}
double StressReport::error_rate() const { return calls.empty() ? 0 : static_cast<double>(failed()) / static_cast<double>(calls.size()); }
std::size_t StressReport::barge_ins() const {
  return std::accumulate(calls.begin(), calls.end(), std::size_t{0}, [](std::size_t sum, const StressCall& call) { return sum + call.barge_ins; });
}
std::size_t StressReport::unanswered() const {
  return std::accumulate(calls.begin(), calls.end(), std::size_t{0}, [](std::size_t sum, const StressCall& call) { return sum + call.unanswered; });
}

std::vector<double> StressReport::responses_ms() const {
  std::vector<Duration> all;
  for (const auto& call : calls) all.insert(all.end(), call.responses.begin(), call.responses.end());
  return sorted_ms(all);
}
std::vector<double> StressReport::connects_ms() const {
  std::vector<Duration> all;
  for (const auto& call : calls)
    if (call.connected) all.push_back(*call.connected);
  return sorted_ms(all);
}
std::vector<double> StressReport::lateness_ms() const { return sorted_ms(frame_lateness); }

std::optional<double> StressReport::measured(const std::string& name) const {
  if (name == "errors") return calls.empty() ? std::nullopt : std::optional(error_rate());
  const auto values = name.starts_with("response") ? responses_ms() : name.starts_with("connect") ? connects_ms() : lateness_ms();
  if (values.empty()) return std::nullopt;
  return name.ends_with("_avg") ? mean(values) : interpolated_percentile(values, rank_of(name));
}

std::vector<StressVerdict> judge(const StressReport& report, const std::vector<StressThreshold>& thresholds) {
  std::vector<StressVerdict> verdicts;
  for (const auto& threshold : thresholds) {
    const auto value = report.measured(threshold.name);
    verdicts.push_back({threshold, value, value && *value <= threshold.most});
  }
  return verdicts;
}

json::object to_json(const StressReport& report, const std::vector<StressVerdict>& verdicts) {
  const auto responses = report.responses_ms(), connects = report.connects_ms(), lateness = report.lateness_ms();
  json::array calls, thresholds;
  for (const auto& call : report.calls) calls.push_back(to_json(call));
  for (const auto& verdict : verdicts)
    thresholds.push_back(
        {{"threshold", verdict.threshold.text}, {"value", verdict.value ? json::value(*verdict.value) : json::value(nullptr)}, {"holds", verdict.holds}});
  json::object object{{"schema", "antiphon.stress/1"},
                      {"target", report.target},
                      {"seed", report.seed},
                      {"took_s", to_seconds(report.took)},
                      {"total_calls", report.calls.size()},
                      {"successful", report.calls.size() - report.failed()},
                      {"failed", report.failed()},
                      {"error_rate", report.error_rate()},
                      {"p50_latency_ms", interpolated_percentile(responses, 50)},
                      {"p95_latency_ms", interpolated_percentile(responses, 95)},
                      {"p99_latency_ms", interpolated_percentile(responses, 99)},
                      {"avg_latency_ms", mean(responses)},
                      {"answered_turns", responses.size()},
                      {"unanswered_turns", report.unanswered()},
                      {"barge_in_total", report.barge_ins()},
                      {"connect_p95_ms", interpolated_percentile(connects, 95)},
                      {"generator_lateness_p99_ms", interpolated_percentile(lateness, 99)},
                      {"errors", counted_errors(report)},
                      {"thresholds", std::move(thresholds)}};
  if (report.tool_faults) object["tool_faults"] = *report.tool_faults;
  object["calls"] = std::move(calls);
  return object;
}

}  // namespace antiphon::gateway
