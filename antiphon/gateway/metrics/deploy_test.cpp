#include <filesystem>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/document.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/json.hpp"
#include "antiphon/gateway/metrics/metrics.hpp"
#include "tests/source_file.hpp"

/// What deploy/ says is what the gateway does. promtool and the alerts' own tests: tests/peers.
namespace antiphon::gateway {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const fs::path deploy = source_file("deploy");

bool in_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// Words of a query that look like one of our metrics.
std::set<std::string> metrics_in(std::string_view text) {
  std::set<std::string> all;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!in_name(text[at])) continue;
    const auto begin = at;
    while (at < text.size() && in_name(text[at])) ++at;
    const auto word = text.substr(begin, at - begin);
    if (word.starts_with("voice_") || word.starts_with("asr_lag")) all.emplace(word);
  }
  return all;
}

/// As Prometheus knows them: of a histogram `_bucket`, `_sum` and `_count`.
std::set<std::string> exposed() {
  std::set<std::string> all;
  std::istringstream lines(GatewayMetrics(1).text());
  for (std::string line; std::getline(lines, line);)
    if (!line.starts_with('#')) all.insert(line.substr(0, line.find_first_of("{ ")));
  return all;
}

void expect_exposed(const std::set<std::string>& used, const std::string& where) {
  static const auto known = exposed();
  for (const auto& name : used) EXPECT_TRUE(known.contains(name)) << where << " asks for " << name;
}

std::string text_of(const fs::path& file) { return read_file((deploy / file).string()); }

TEST(Dashboard, EveryQueryAsksForAMetricThatThereIs_GTW50) {
  const auto dashboard = json::parse(text_of("grafana/dashboards/gateway.json"));
  std::set<std::string> seen;
  for (const auto& panel : dashboard.at("panels").as_array()) {
    const std::string title(panel.at("title").as_string());
    ASSERT_FALSE(panel.at("targets").as_array().empty()) << title;
    for (const auto& target : panel.at("targets").as_array()) {
      const auto used = metrics_in(std::string_view(target.at("expr").as_string()));
      EXPECT_THAT(used, Not(IsEmpty())) << title;
      expect_exposed(used, title);
      seen.insert(used.begin(), used.end());
    }
  }
  for (const auto* name : {"voice_turn_latency_ms_bucket", "voice_asr_latency_ms_bucket", "voice_llm_latency_ms_bucket", "voice_tts_first_chunk_ms_bucket",
                           "voice_tool_failures_total", "voice_escalations_total", "voice_barge_ins_total", "voice_active_sessions", "voice_sessions_total"})
    EXPECT_THAT(seen, Contains(name)) << "the reference wants it on the dashboard";
}

TEST(Alerts, EveryRuleAsksForAMetricThatThereIs_GTW50) {
  const auto rules = text_of("prometheus/alerts.yml");
  expect_exposed(metrics_in(rules), "alerts.yml");
  expect_exposed(metrics_in(text_of("prometheus/alerts.test.yml")), "alerts.test.yml");
  for (const auto* name : {"voice_turn_latency_ms_bucket", "voice_asr_latency_ms_bucket", "voice_llm_latency_ms_bucket", "voice_tts_first_chunk_ms_bucket",
                           "voice_tool_failures_total", "voice_escalations_total", "voice_active_sessions", "voice_sessions_total"})
    EXPECT_THAT(rules, HasSubstr(name)) << "the reference has a threshold for it";
}

TEST(Deployment, EveryFileIsYaml_GTW64) {
  int files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(deploy)) {
    const auto extension = entry.path().extension();
    if (extension != ".yaml" && extension != ".yml") continue;
    EXPECT_NO_THROW(parse_document(read_file(entry.path().string()), entry.path().string())) << entry.path();
    ++files;
  }
  EXPECT_GE(files, 12);
}

TEST(Deployment, ProbesAskWhetherItIsAliveAndReady_GTW64) {
  const auto manifest = text_of("kubernetes/deployment.yaml");
  for (const auto* line : {"livenessProbe:\n            httpGet: {path: /health, port: http}",
                           "readinessProbe:\n            httpGet: {path: /ready, port: http}", "prometheus.io/path: /metrics"})
    EXPECT_THAT(manifest, HasSubstr(line));
}

/// The seconds behind `key`.
int seconds_after(const std::string& text, std::string_view key) {
  const auto at = text.find(key);
  return at == std::string::npos ? -1 : std::atoi(text.c_str() + at + key.size());
}

TEST(Deployment, NobodyKillsAGatewayThatDrains_GTW64) {
  const auto manifest = text_of("kubernetes/deployment.yaml"), compose = text_of("compose.yaml"), image = text_of("Containerfile");
  // The sentence under way has 2 s more.
  EXPECT_GE(seconds_after(manifest, "terminationGracePeriodSeconds: "), seconds_after(manifest, "\"--drain\", \"") + 5);
  EXPECT_GE(seconds_after(compose, "stop_grace_period: "), seconds_after(image, "\"--drain\", \"") + 5);
  EXPECT_THAT(image, HasSubstr("STOPSIGNAL SIGTERM"));
}

}  // namespace
}  // namespace antiphon::gateway
