#include "antiphon/report/junit.hpp"

#include <sstream>

#include <fmt/format.h>

#include "antiphon/base/files.hpp"
#include "antiphon/report/outcome_lines.hpp"
#include "antiphon/report/xml.hpp"

namespace antiphon {

namespace {

std::string attribute(std::string_view name, std::string_view value) { return fmt::format(" {}=\"{}\"", name, xml_attribute(value)); }

// JUnit knows no fourth outcome: what stayed undecided counts among the errors.
std::string count_attributes(const std::vector<ScenarioResult>& scenarios) {
  const auto summary = summarize(scenarios);
  double seconds = 0;
  for (const auto& result : scenarios) seconds += result.duration_s;
  return fmt::format(" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.3f}\"", summary.total, summary.failed,
                     summary.error + summary.inconclusive, summary.not_run, seconds);
}

std::string problem(std::string_view tag, std::string_view type, const ScenarioResult& result) {
  std::ostringstream detail;
  detail << result;
  return fmt::format("      <{}{}{}>{}</{}>\n", tag, attribute("type", type), attribute("message", reason_of(result)), xml_text(detail.str()), tag);
}

std::string problem(const ScenarioResult& result) {
  if (result.not_run) return "      <skipped" + attribute("message", result.reasoning.empty() ? "never begun" : result.reasoning) + "/>\n";
  switch (result.outcome) {
    case RunOutcome::passed: return {};
    case RunOutcome::failed: return problem("failure", "failed", result);
    case RunOutcome::inconclusive: return problem("error", "inconclusive", result);
    case RunOutcome::error: break;
  }
  return problem("error", result.error ? to_string(result.error->party) : "error", result);
}

std::string property(std::string_view name, std::string_view value) {
  return fmt::format("        <property{}{}/>\n", attribute("name", name), attribute("value", value));
}

std::string response_words(const Latency& latency) {
  return fmt::format("p50 {:.2f} s, p95 {:.2f} s, max {:.2f} s, n = {}", latency.p50, latency.p95, latency.max, latency.n);
}

std::string properties(const ScenarioResult& result) {
  std::string text;
  if (const auto& fault = result.fault) {
    text += property("fault", to_string(fault->party)) + property("fault_by", to_string(fault->by)) + property("fault_why", fault->why);
    if (result.spoiled()) text += property("spoiled", "true");
  }
  for (const auto& criterion : result.criteria)
    if (criterion.agreement) text += property("judge_kappa", sentence(*criterion.agreement) + ": " + criterion.criterion);
  if (!result.recording_file.empty()) text += property("recording", result.recording_file);
  if (result.call && result.latency) text += property("response_heard", response_words(*result.latency));
  return text.empty() ? text : "      <properties>\n" + text + "      </properties>\n";
}

std::string test_case(const ScenarioResult& result) {
  auto head = "    <testcase" + attribute("name", result.id) + attribute("classname", result.suite) + fmt::format(" time=\"{:.3f}\"", result.duration_s);
  if (!result.file.empty()) head += attribute("file", result.file);
  if (result.line > 0) head += fmt::format(" line=\"{}\"", result.line);
  const auto inside = properties(result) + problem(result);
  return inside.empty() ? head + "/>\n" : head + ">\n" + inside + "    </testcase>\n";
}

// Suites in the order in which they first appear.
std::vector<std::vector<ScenarioResult>> by_suite(const std::vector<ScenarioResult>& scenarios) {
  std::vector<std::vector<ScenarioResult>> suites;
  std::map<std::string, std::size_t> index;
  for (const auto& result : scenarios) {
    const auto [place, is_new] = index.emplace(result.suite, suites.size());
    if (is_new) suites.emplace_back();
    suites[place->second].push_back(result);
  }
  return suites;
}

}  // namespace

std::string junit_xml(const BatchResult& batch) {
  auto xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites" + attribute("name", batch.suite) + count_attributes(batch.scenarios) + ">\n";
  for (const auto& suite : by_suite(batch.scenarios)) {
    xml += "  <testsuite" + attribute("name", suite.front().suite) + count_attributes(suite) + attribute("timestamp", batch.started_at) + ">\n";
    for (const auto& result : suite) xml += test_case(result);
    xml += "  </testsuite>\n";
  }
  return xml + "</testsuites>\n";
}

void JunitReporter::finish(const BatchResult& batch) { write_file_atomically(path_, junit_xml(batch)); }

}  // namespace antiphon
