#include "antiphon/gateway/metrics/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace antiphon::gateway {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

/// Without the lines that explain: `# HELP`.
std::string samples(const GatewayMetrics& metrics) {
  std::string all;
  std::istringstream lines(metrics.text());
  for (std::string line; std::getline(lines, line);)
    if (!line.starts_with("# HELP")) all += line + "\n";
  return all;
}

// contracts.md, 80-observability and the reference agree on these; whatever changes one breaks somebody's dashboard.
constexpr std::string_view untouched = R"(# TYPE asr_lag_ms histogram
asr_lag_ms_count 0
asr_lag_ms_sum 0
asr_lag_ms_bucket{le="5"} 0
asr_lag_ms_bucket{le="20"} 0
asr_lag_ms_bucket{le="50"} 0
asr_lag_ms_bucket{le="100"} 0
asr_lag_ms_bucket{le="200"} 0
asr_lag_ms_bucket{le="400"} 0
asr_lag_ms_bucket{le="1000"} 0
asr_lag_ms_bucket{le="2000"} 0
asr_lag_ms_bucket{le="+Inf"} 0
# TYPE voice_active_sessions gauge
voice_active_sessions 0
# TYPE voice_asr_latency_ms histogram
voice_asr_latency_ms_count 0
voice_asr_latency_ms_sum 0
voice_asr_latency_ms_bucket{le="100"} 0
voice_asr_latency_ms_bucket{le="200"} 0
voice_asr_latency_ms_bucket{le="400"} 0
voice_asr_latency_ms_bucket{le="600"} 0
voice_asr_latency_ms_bucket{le="1000"} 0
voice_asr_latency_ms_bucket{le="2000"} 0
voice_asr_latency_ms_bucket{le="+Inf"} 0
# TYPE voice_barge_ins_total counter
voice_barge_ins_total 0
# TYPE voice_client_faults_total counter
voice_client_faults_total 0
# TYPE voice_escalations_total counter
voice_escalations_total{reason="failures"} 0
voice_escalations_total{reason="human_requested"} 0
voice_escalations_total{reason="low_confidence"} 0
voice_escalations_total{reason="pin"} 0
voice_escalations_total{reason="policy"} 0
voice_escalations_total{reason="turn_limit"} 0
# TYPE voice_false_barge_ins_total counter
voice_false_barge_ins_total 0
# TYPE voice_llm_latency_ms histogram
voice_llm_latency_ms_count 0
voice_llm_latency_ms_sum 0
voice_llm_latency_ms_bucket{le="200"} 0
voice_llm_latency_ms_bucket{le="400"} 0
voice_llm_latency_ms_bucket{le="800"} 0
voice_llm_latency_ms_bucket{le="1200"} 0
voice_llm_latency_ms_bucket{le="2000"} 0
voice_llm_latency_ms_bucket{le="4000"} 0
voice_llm_latency_ms_bucket{le="+Inf"} 0
# TYPE voice_provider_failures_total counter
voice_provider_failures_total{stage="asr"} 0
voice_provider_failures_total{stage="dialogue"} 0
voice_provider_failures_total{stage="escalation"} 0
voice_provider_failures_total{stage="tts"} 0
# TYPE voice_session_limit gauge
voice_session_limit 100
# TYPE voice_sessions_refused_total counter
voice_sessions_refused_total{reason="access"} 0
voice_sessions_refused_total{reason="full"} 0
voice_sessions_refused_total{reason="rate"} 0
voice_sessions_refused_total{reason="request"} 0
# TYPE voice_sessions_total counter
voice_sessions_total{outcome="completed"} 0
voice_sessions_total{outcome="error"} 0
voice_sessions_total{outcome="escalated"} 0
# TYPE voice_tool_calls_total counter
voice_tool_calls_total{tool_name="order_status"} 0
voice_tool_calls_total{tool_name="unknown"} 0
# TYPE voice_tool_failures_total counter
voice_tool_failures_total{tool_name="order_status"} 0
voice_tool_failures_total{tool_name="unknown"} 0
# TYPE voice_tts_first_chunk_ms histogram
voice_tts_first_chunk_ms_count 0
voice_tts_first_chunk_ms_sum 0
voice_tts_first_chunk_ms_bucket{le="100"} 0
voice_tts_first_chunk_ms_bucket{le="200"} 0
voice_tts_first_chunk_ms_bucket{le="400"} 0
voice_tts_first_chunk_ms_bucket{le="600"} 0
voice_tts_first_chunk_ms_bucket{le="1000"} 0
voice_tts_first_chunk_ms_bucket{le="2000"} 0
voice_tts_first_chunk_ms_bucket{le="+Inf"} 0
# TYPE voice_turn_latency_ms histogram
voice_turn_latency_ms_count 0
voice_turn_latency_ms_sum 0
voice_turn_latency_ms_bucket{le="200"} 0
voice_turn_latency_ms_bucket{le="500"} 0
voice_turn_latency_ms_bucket{le="800"} 0
voice_turn_latency_ms_bucket{le="1200"} 0
voice_turn_latency_ms_bucket{le="1800"} 0
voice_turn_latency_ms_bucket{le="2500"} 0
voice_turn_latency_ms_bucket{le="4000"} 0
voice_turn_latency_ms_bucket{le="8000"} 0
voice_turn_latency_ms_bucket{le="+Inf"} 0
)";

TEST(Metrics, HaveTheNamesLabelsAndBucketsOfTheReferenceFromTheBeginning_GTW50) {
  GatewayMetrics metrics(100);
  metrics.expect_tools({"order_status"});
  EXPECT_EQ(samples(metrics), untouched);
}

TEST(Metrics, ALatencyFallsIntoItsBucketsBoundsIncluded_GTW50) {
  GatewayMetrics metrics(1);
  for (const auto total : {200ms, 201ms, 9000ms}) metrics.note(TurnEnded{.turn = 1, .latency = {.total = total}});
  metrics.note(TurnEnded{.turn = 2});  // nothing was heard of it
  const auto text = samples(metrics);
  EXPECT_THAT(text, HasSubstr("voice_turn_latency_ms_count 3\nvoice_turn_latency_ms_sum 9401\n"));
  EXPECT_THAT(text, HasSubstr(R"(voice_turn_latency_ms_bucket{le="200"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"(voice_turn_latency_ms_bucket{le="500"} 2)"));
  EXPECT_THAT(text, HasSubstr(R"(voice_turn_latency_ms_bucket{le="8000"} 2)"));
  EXPECT_THAT(text, HasSubstr(R"(voice_turn_latency_ms_bucket{le="+Inf"} 3)"));
}

TEST(Metrics, AnOutcomeIsOneOfThree_GTW50) {
  GatewayMetrics metrics(9);
  for (const auto end : {CallEnd::completed, CallEnd::escalated, CallEnd::caller_hangup, CallEnd::error, CallEnd::expired, CallEnd::drain}) {
    metrics.note(CallBegan{});
    metrics.note(CallEnded{.why = end});
  }
  const auto text = samples(metrics);
  EXPECT_THAT(text, HasSubstr("voice_active_sessions 0\n"));
  EXPECT_THAT(
      text,
      HasSubstr("voice_sessions_total{outcome=\"completed\"} 4\nvoice_sessions_total{outcome=\"error\"} 1\nvoice_sessions_total{outcome=\"escalated\"} 1\n"));
}

TEST(Metrics, RefusalsAreCountedByWhatToDoAboutThem_GTW50) {
  GatewayMetrics metrics(9);
  for (const int status : {503, 429, 401, 403, 400, 426}) metrics.refused(status);
  const auto text = samples(metrics);
  for (const auto* line : {R"({reason="full"} 1)", R"({reason="rate"} 1)", R"({reason="access"} 2)", R"({reason="request"} 2)"})
    EXPECT_THAT(text, HasSubstr(std::string("voice_sessions_refused_total") + line));
}

TEST(Metrics, NoWordOfACallerBecomesALabel_GTW50) {
  GatewayMetrics metrics(9);
  metrics.note(CallBegan{.caller_id = "+15550100", .locale = "en-US"});
  metrics.note(TurnBegan{.turn = 1, .text = "my card is 4111 1111 1111 1111"});
  metrics.note(StageFailed{"tts", "no voice says 4111 1111 1111 1111"});
  metrics.note(ToolAnswered{.turn = 1, .name = "unknown", .arguments = R"({"card":"4111111111111111"})", .error = "no tool 4111111111111111"});
  metrics.note(CallEscalated{EscalationReason::human_requested});
  const auto text = metrics.text();
  EXPECT_THAT(text, Not(HasSubstr("4111")));
  EXPECT_THAT(text, Not(HasSubstr("5550100")));
  EXPECT_THAT(text, HasSubstr(R"(voice_escalations_total{reason="human_requested"} 1)"));
}

TEST(Metrics, AServerThatRenamesItsToolsDoesNotFillTheMemory_GTW50) {
  GatewayMetrics metrics(9);
  for (int i = 0; i < 1000; ++i) metrics.note(ToolAnswered{.name = "tool_" + std::to_string(i)});
  const auto text = samples(metrics);
  EXPECT_THAT(text, HasSubstr(R"(voice_tool_failures_total{tool_name="tool_5"} 1)"));
  EXPECT_THAT(text, Not(HasSubstr("tool_999\"")));
  EXPECT_THAT(text, HasSubstr(R"(voice_tool_failures_total{tool_name="unknown"} 801)"));
}

}  // namespace
}  // namespace antiphon::gateway
