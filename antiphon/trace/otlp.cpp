#include "antiphon/trace/otlp.hpp"

#include <type_traits>

namespace antiphon::trace {

namespace {

// Numbers of 64 bits are text in OTLP's JSON.
json::object any_value(const Value& value) {
  return std::visit(
      [](const auto& known) -> json::object {
        using Known = std::remove_cvref_t<decltype(known)>;
        if constexpr (std::is_same_v<Known, bool>) {
          return {{"boolValue", known}};
        } else if constexpr (std::is_same_v<Known, std::int64_t>) {
          return {{"intValue", std::to_string(known)}};
        } else if constexpr (std::is_same_v<Known, double>) {
          return {{"doubleValue", known}};
        } else if constexpr (std::is_same_v<Known, std::string>) {
          return {{"stringValue", known}};
        } else {
          json::array values;
          for (const auto& text : known) values.push_back(json::object{{"stringValue", text}});
          return {{"arrayValue", {{"values", std::move(values)}}}};
        }
      },
      value);
}

json::array attributes_of(const std::vector<Attribute>& attributes) {
  json::array all;
  for (const auto& attribute : attributes) all.push_back(json::object{{"key", attribute.key}, {"value", any_value(attribute.value)}});
  return all;
}

json::array attributes_of(const json::object& attributes) {
  json::array all;
  for (const auto& attribute : attributes)
    all.push_back(json::object{{"key", attribute.key()}, {"value", any_value(std::string(attribute.value().as_string()))}});
  return all;
}

int kind_of(SpanKind kind) {
  switch (kind) {
    case SpanKind::internal: return 1;
    case SpanKind::server: return 2;
    case SpanKind::client: return 3;
    case SpanKind::producer: return 4;
    case SpanKind::consumer: return 5;
  }
  return 0;
}

int status_of(SpanStatus status) {
  switch (status) {
    case SpanStatus::unset: return 0;
    case SpanStatus::ok: return 1;
    case SpanStatus::error: return 2;
  }
  return 0;
}

/// Of one trace: knows its id and its time.
class Encoder {
 public:
  explicit Encoder(const FinishedTrace& trace) : trace_(trace), id_(to_string(trace.recorder->trace_id())) {}

  json::object span(const Span& span) const {
    json::object all{{"traceId", id_},
                     {"spanId", to_string(span.id)},
                     {"name", span.name},
                     {"kind", kind_of(span.kind)},
                     {"startTimeUnixNano", time(span.start)},
                     {"endTimeUnixNano", time(span.end)},
                     {"attributes", attributes_of(span.attributes)},
                     {"status", status(span)}};
    if (span.parent) all["parentSpanId"] = to_string(span.parent);
    json::array events;
    for (const auto& event : span.events)
      events.push_back(json::object{{"timeUnixNano", time(event.at)}, {"name", event.name}, {"attributes", attributes_of(event.attributes)}});
    if (!events.empty()) all["events"] = std::move(events);
    return all;
  }

 private:
  std::string time(Clock::Time at) const {
    const auto wall = std::chrono::duration_cast<std::chrono::nanoseconds>(trace_.began.time_since_epoch()) + (at - trace_.recorder->started());
    return std::to_string(std::chrono::duration_cast<std::chrono::nanoseconds>(wall).count());
  }
  static json::object status(const Span& span) {
    json::object all{{"code", status_of(span.status)}};
    if (!span.status_message.empty()) all["message"] = span.status_message;
    return all;
  }

  const FinishedTrace& trace_;
  std::string id_;
};

}  // namespace

json::object otlp_request(const json::object& resource, std::span<const FinishedTrace> traces) {
  json::array spans;
  for (const auto& trace : traces) {
    const Encoder encoder(trace);
    for (const auto& span : trace.recorder->spans()) spans.push_back(encoder.span(span));
  }
  json::object scope{{"scope", {{"name", "antiphon"}}}, {"spans", std::move(spans)}};
  json::object of_process{{"resource", {{"attributes", attributes_of(resource)}}}, {"scopeSpans", json::array{std::move(scope)}}};
  return {{"resourceSpans", json::array{std::move(of_process)}}};
}

}  // namespace antiphon::trace
