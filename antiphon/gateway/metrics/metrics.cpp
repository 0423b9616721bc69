#include "antiphon/gateway/metrics/metrics.hpp"

#include <algorithm>
#include <array>
#include <mutex>
#include <set>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace antiphon::gateway {

namespace {

using prometheus::Histogram;
using Buckets = Histogram::BucketBoundaries;
using Counters = prometheus::Family<prometheus::Counter>;

constexpr std::array reasons{EscalationReason::human_requested, EscalationReason::failures,       EscalationReason::pin,
                             EscalationReason::turn_limit,      EscalationReason::low_confidence, EscalationReason::policy};
constexpr std::array<std::string_view, 3> outcomes{"completed", "escalated", "error"};
constexpr std::array<std::string_view, 4> stages{"asr", "tts", "dialogue", "escalation"};
constexpr std::array<std::string_view, 4> refusals{"full", "rate", "access", "request"};

double in_ms(Duration duration) { return std::chrono::duration<double, std::milli>(duration).count(); }

// A caller who hangs up or falls silent, and a gateway that is taken down, are no faults of the agent.
std::string_view outcome_of(CallEnd end) {
  if (end == CallEnd::error) return "error";
  return end == CallEnd::escalated ? "escalated" : "completed";
}

std::string_view refusal_of(int status) {
  switch (status) {
    case 503: return "full";
    case 429: return "rate";
    case 401:
    case 403: return "access";
    default: return "request";
  }
}

Histogram& histogram(prometheus::Registry& registry, const char* name, const char* help, const Buckets& buckets) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(registry).Add({}, buckets);
}
Counters& counters(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}
prometheus::Gauge& gauge(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
}

// Series that are there from the beginning: what appears with a first count is no rise to Prometheus.
template <class Values>
void show(Counters& family, const char* label, const Values& values) {
  for (const auto& value : values) family.Add({{label, std::string(value)}});
}

}  // namespace

struct GatewayMetrics::Series {
  prometheus::Registry registry;
  Histogram& turn = histogram(registry, "voice_turn_latency_ms", "End of the caller's voice to the first sample that the caller hears, in milliseconds",
                              {200, 500, 800, 1200, 1800, 2500, 4000, 8000});
  Histogram& asr =
      histogram(registry, "voice_asr_latency_ms", "End of the caller's voice to the final transcript, in milliseconds", {100, 200, 400, 600, 1000, 2000});
  Histogram& llm =
      histogram(registry, "voice_llm_latency_ms", "Request to a model to the end of its answer, in milliseconds", {200, 400, 800, 1200, 2000, 4000});
  Histogram& tts =
      histogram(registry, "voice_tts_first_chunk_ms", "Sentence given to a voice to its first audio, in milliseconds", {100, 200, 400, 600, 1000, 2000});
  Histogram& lag =
      histogram(registry, "asr_lag_ms", "Audio of a caller to its being taken by the recogniser, in milliseconds", {5, 20, 50, 100, 200, 400, 1000, 2000});
  Counters& tool_failures = counters(registry, "voice_tool_failures_total", "Calls of tools that failed, retries included in the call");
  Counters& tool_calls = counters(registry, "voice_tool_calls_total", "Calls of tools");
  Counters& escalations = counters(registry, "voice_escalations_total", "Calls given to a person");
  prometheus::Counter& barge_ins = counters(registry, "voice_barge_ins_total", "Playbacks that a caller's voice or key stopped").Add({});
  prometheus::Counter& false_barge_ins =
      counters(registry, "voice_false_barge_ins_total", "Of those, the ones that were taken back, since there were no words").Add({});
  prometheus::Gauge& active = gauge(registry, "voice_active_sessions", "Calls under way");
  prometheus::Gauge& limit = gauge(registry, "voice_session_limit", "Calls that may be under way at once");
  Counters& sessions = counters(registry, "voice_sessions_total", "Calls that ended");
  prometheus::Counter& client_faults =
      counters(registry, "voice_client_faults_total", "Of the calls that ended with an error, those whose client broke the protocol").Add({});
  Counters& failures = counters(registry, "voice_provider_failures_total", "Work of a stage that no provider could do");
  Counters& refused = counters(registry, "voice_sessions_refused_total", "Calls that were not taken");

  void count(Counters& family, const char* label, std::string_view value) { family.Add({{label, std::string(value)}}).Increment(); }

  std::string tool_label(const std::string& name) {
    const std::lock_guard lock(mutex);
    if (tools.contains(name)) return name;
    if (tools.size() >= most_tools) return "unknown";  // a server that renames its tools each time must not fill the memory
    return *tools.insert(name).first;
  }

  void operator()(const CallBegan&) { active.Increment(); }
  void operator()(const TurnBegan& note) {
    if (note.asr) asr.Observe(in_ms(*note.asr));
  }
  void operator()(const ModelAnswered& note) {
    if (note.error.empty() && !note.interrupted) llm.Observe(in_ms(note.took));
  }
  void operator()(const ToolAnswered& note) {
    const auto label = tool_label(note.name);
    count(tool_calls, "tool_name", label);
    auto& failed = tool_failures.Add({{"tool_name", label}});
    if (!note.ok) failed.Increment();
  }
  void operator()(const SentenceSpoken& note) {
    if (note.first_sample) tts.Observe(in_ms(*note.first_sample));
  }
  void operator()(const AudioRecognised& note) { lag.Observe(in_ms(note.lag)); }
  void operator()(const BargedIn&) { barge_ins.Increment(); }
  void operator()(const BargeInTakenBack&) { false_barge_ins.Increment(); }
  void operator()(const StageFailed& note) { count(failures, "stage", note.stage); }
  void operator()(const StoodIn&) {}  // it was done by another
  void operator()(const TurnEnded& note) {
    if (note.latency.total) turn.Observe(in_ms(*note.latency.total));
  }
  void operator()(const CallEscalated& note) { count(escalations, "reason", to_string(note.reason)); }
  void operator()(const CallEnded& note) {
    active.Decrement();
    count(sessions, "outcome", outcome_of(note.why));
    if (note.callers_fault) client_faults.Increment();
  }

  std::mutex mutex;
  std::set<std::string, std::less<>> tools{"unknown"};
};

void GatewayMetrics::limit(std::size_t calls) { series_->limit.Set(static_cast<double>(calls)); }

GatewayMetrics::GatewayMetrics(std::size_t limit) : series_(std::make_unique<Series>()) {
  this->limit(limit);
  std::vector<std::string_view> names;
  for (const auto reason : reasons) names.push_back(to_string(reason));
  show(series_->escalations, "reason", names);
  show(series_->sessions, "outcome", outcomes);
  show(series_->failures, "stage", stages);
  show(series_->refused, "reason", refusals);
  expect_tools({"unknown"});
}

GatewayMetrics::~GatewayMetrics() = default;

void GatewayMetrics::note(const CallNote& note) { std::visit(*series_, note); }

void GatewayMetrics::refused(int status) { series_->count(series_->refused, "reason", refusal_of(status)); }

void GatewayMetrics::expect_tools(const std::vector<std::string>& names) {
  for (const auto& name : names) {
    const auto label = series_->tool_label(name);
    series_->tool_calls.Add({{"tool_name", label}});
    series_->tool_failures.Add({{"tool_name", label}});
  }
}

std::string GatewayMetrics::text() const {
  auto families = series_->registry.Collect();
  std::ranges::sort(families, {}, &prometheus::MetricFamily::name);
  for (auto& family : families)  // they come in the order of a hash
    std::ranges::sort(family.metric, [](const auto& one, const auto& other) { return one.label < other.label; });
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace antiphon::gateway
