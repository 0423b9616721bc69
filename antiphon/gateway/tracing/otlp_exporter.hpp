#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "antiphon/base/pulse.hpp"
#include "antiphon/base/runtime.hpp"
#include "antiphon/net/http.hpp"
#include "antiphon/trace/otlp.hpp"

namespace antiphon::gateway {

struct OtlpSettings {
  std::string url{};       ///< of traces: `http://collector:4318/v1/traces`
  net::Headers headers{};  ///< with each request: keys of whoever stores them
  json::object resource{{"service.name", "antiphon-gateway"}};
  net::TlsOptions tls{};
  std::size_t most_waiting = 1000;                ///< traces; what comes then is dropped and counted
  std::size_t batch = 50;                         ///< traces of one request, at most
  Duration delay{std::chrono::seconds(2)};        ///< in which traces gather
  Duration timeout{std::chrono::seconds(10)};     ///< of one request
  Duration first_retry{std::chrono::seconds(1)};  ///< doubles each time
  int tries = 5;                                  ///< of a batch; then it is dropped and counted
  std::function<void(std::string)> on_failure{};  ///< a batch was given up: why
};

/// Where traces go, by the standard names OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_HEADERS,
/// OTEL_EXPORTER_OTLP_HEADERS, OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES, else by LANGFUSE_PUBLIC_KEY, LANGFUSE_SECRET_KEY and LANGFUSE_HOST.
/// @param variable of the environment; nullopt or empty: not set
/// @returns nullopt: nowhere
/// @throws Error configuration for an address or a list that is none; for one Langfuse key without the other.
std::optional<OtlpSettings> otlp_settings_from(const std::function<std::optional<std::string>(std::string_view)>& variable);

/// Sends traces to any server of OTLP over HTTP (GTW-51), beside the calls: `add` never waits, and a server that is away costs memory of `most_waiting`
/// traces and nothing else. Belongs to one executor.
class OtlpExporter {
 public:
  /// `client` outlives it.
  OtlpExporter(Runtime& runtime, net::HttpClient& client, OtlpSettings settings);

  void add(trace::FinishedTrace trace);
  /// Sends until cancelled. One task.
  Task<> run();
  /// Sends at once what waits. Returns when all was sent or given up, at the latest at the deadline. While `run` runs.
  Task<> flush(Deadline deadline);

  std::size_t sent() const { return sent_; }
  /// Traces that nobody will see.
  std::size_t dropped() const { return dropped_; }

 private:
  /// What became of one request.
  struct Outcome {
    std::string error{};      ///< empty: it arrived
    bool may_pass = false;    ///< another try may do
    Duration retry_after{0};  ///< at least, as the server said
  };

  Task<> gather();
  Task<> send_batch();
  Task<std::string> deliver(std::string body);
  Task<Outcome> send_once(std::string body);
  Task<> until_idle();

  Runtime& runtime_;
  net::HttpClient& client_;
  OtlpSettings settings_;
  std::deque<trace::FinishedTrace> waiting_;
  bool sending_ = false, flushing_ = false;
  std::size_t sent_ = 0, dropped_ = 0;
  Pulse changed_;
};

}  // namespace antiphon::gateway
