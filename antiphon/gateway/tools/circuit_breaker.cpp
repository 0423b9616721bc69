#include "antiphon/gateway/tools/circuit_breaker.hpp"

namespace antiphon::gateway {

std::string_view to_string(CircuitState state) {
  switch (state) {
    case CircuitState::closed: return "closed";
    case CircuitState::open: return "open";
    case CircuitState::half_open: return "half_open";
  }
  return "closed";
}

CircuitBreaker::Permit::~Permit() {
  if (breaker_ && probe_) breaker_->probing_ = false;  // the next call may find out
}

void CircuitBreaker::Permit::succeeded() {
  auto* breaker = std::exchange(breaker_, nullptr);
  if (!breaker) return;
  // A call that began before the circuit opened says nothing about the time since.
  if (probe_ || !breaker->opened_) breaker->close();
}

void CircuitBreaker::Permit::failed() {
  if (auto* breaker = std::exchange(breaker_, nullptr)) breaker->count_failure(probe_);
}

std::optional<CircuitBreaker::Permit> CircuitBreaker::admit() {
  if (!opened_) return Permit(*this, false);
  if (state() != CircuitState::half_open || probing_) return std::nullopt;
  probing_ = true;
  return Permit(*this, true);
}

CircuitState CircuitBreaker::state() const {
  if (!opened_) return CircuitState::closed;
  return probing_ || clock_.now() - *opened_ >= rules_.recovery ? CircuitState::half_open : CircuitState::open;
}

void CircuitBreaker::close() {
  failures_ = 0;
  opened_.reset();
  probing_ = false;
}

void CircuitBreaker::count_failure(bool probe) {
  if (probe) {
    probing_ = false;
    opened_ = clock_.now();
    return;
  }
  if (opened_) return;
  if (++failures_ >= rules_.failure_threshold) opened_ = clock_.now();
}

}  // namespace antiphon::gateway
