#include "antiphon/gateway/observe/observability.hpp"

#include <utility>

#include "antiphon/base/error.hpp"
#include "antiphon/gateway/observe/masked_note.hpp"
#include "antiphon/gateway/tracing/call_tracer.hpp"

namespace antiphon::gateway {

namespace {

class Told final : public CallObserver {
 public:
  Told(GatewayMetrics& metrics, const ObservabilityParts& parts, std::shared_ptr<CallObserver> tracer, CallIdentity call)
      : metrics_(metrics), parts_(parts), tracer_(std::move(tracer)), call_(std::move(call)) {}

  void note(const CallNote& note) noexcept override {
    try {
      metrics_.note(note);
      // Many times a second, and nothing but a number.
      if ((!tracer_ && !parts_.log) || std::holds_alternative<AudioRecognised>(note)) return;
      const auto safe = masked(note, *parts_.masker);
      if (tracer_) tracer_->note(safe);
      if (parts_.log) parts_.log->note(safe, call_);
    } catch (...) {  // out of memory, or a log that cannot be written: the call goes on
    }
  }

 private:
  GatewayMetrics& metrics_;
  const ObservabilityParts& parts_;
  std::shared_ptr<CallObserver> tracer_;
  CallIdentity call_;
};

}  // namespace

Observability::Observability(const Clock& clock, std::size_t most_calls, ObservabilityParts parts)
    : clock_(clock), metrics_(most_calls), parts_(std::move(parts)), ids_(parts_.seed) {
  if ((parts_.log || parts_.traces) && !parts_.masker) throw Error(ErrorKind::configuration, "a log or traces without a masker of personal data");
}

std::shared_ptr<CallObserver> Observability::observe(std::string call_id, std::string transport) {
  CallIdentity call{std::move(call_id), std::move(transport)};
  auto tracer = tracer_for(call);
  return std::make_shared<Told>(metrics_, parts_, std::move(tracer), std::move(call));
}

std::shared_ptr<CallObserver> Observability::tracer_for(const CallIdentity& call) {
  if (!parts_.traces) return nullptr;
  return std::make_shared<CallTracer>(clock_, RandomStream(ids_.next()), parts_.wall_time(), call,
                                      [traces = parts_.traces](trace::FinishedTrace trace) { traces->add(std::move(trace)); });
}

}  // namespace antiphon::gateway
