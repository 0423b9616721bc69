#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "antiphon/base/random.hpp"
#include "antiphon/gateway/metrics/metrics.hpp"
#include "antiphon/gateway/observe/json_log.hpp"
#include "antiphon/gateway/tracing/otlp_exporter.hpp"

namespace antiphon::gateway {

/// Where the notes of calls go.
struct ObservabilityParts {
  const Masker* masker = nullptr;  ///< required where there is a log, or where traces go somewhere
  const JsonLog* log = nullptr;    ///< nullptr: none
  OtlpExporter* traces = nullptr;  ///< nullptr: none are recorded
  std::uint64_t seed = 0;          ///< of the ids of traces: another one in each process
  std::function<std::chrono::system_clock::time_point()> wall_time = std::chrono::system_clock::now;
};

/// What operators see of a gateway: metrics always, log and traces where they are wanted. Belongs to one executor; outlives its calls.
class Observability {
 public:
  /// What the parts point to outlives it. @param most_calls at once
  Observability(const Clock& clock, std::size_t most_calls, ObservabilityParts parts = {});

  GatewayMetrics& metrics() { return metrics_; }
  const GatewayMetrics& metrics() const { return metrics_; }
  /// Of one call: tells metrics, and log and traces without personal data.
  /// @param transport what carries it: "websocket"
  std::shared_ptr<CallObserver> observe(std::string call_id, std::string transport);

 private:
  std::shared_ptr<CallObserver> tracer_for(const CallIdentity& call);

  const Clock& clock_;
  GatewayMetrics metrics_;
  ObservabilityParts parts_;
  RandomStream ids_;
};

}  // namespace antiphon::gateway
