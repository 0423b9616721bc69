#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string>

#include "antiphon/base/json.hpp"
#include "antiphon/trace/recorder.hpp"

namespace antiphon::trace {

/// All spans of a recorder that is closed.
struct FinishedTrace {
  std::shared_ptr<const Recorder> recorder;
  std::chrono::system_clock::time_point began;  ///< the wall clock when the recorder was made: its own clock may be any
};

/// An `ExportTraceServiceRequest` of OTLP in JSON: what `/v1/traces` takes as application/json.
/// @param resource attributes of the process: {"service.name": …}
/// @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
json::object otlp_request(const json::object& resource, std::span<const FinishedTrace> traces);

}  // namespace antiphon::trace
