#pragma once

#include <optional>

#include "antiphon/base/clock.hpp"

namespace antiphon::gateway {

enum class CircuitState {
  closed,     ///< calls go through
  open,       ///< calls are refused at once
  half_open,  ///< one call finds out whether the far side is back; all others are refused
};
std::string_view to_string(CircuitState state);

struct CircuitBreakerRules {
  int failure_threshold = 5;                     ///< CB_FAILURE_THRESHOLD: so many failures in a row open it
  Duration recovery = std::chrono::seconds(30);  ///< CB_RECOVERY_TIMEOUT: so long it stays open
};

/// Stops calling what keeps failing. One per tool, shared by all calls. Belongs to one executor.
class CircuitBreaker {
 public:
  CircuitBreaker(const Clock& clock, CircuitBreakerRules rules) : clock_(clock), rules_(rules) {}

  /// Leave to make one call. Who has it says how the call went; let go of without a word (a caller who hung up), it says nothing about the far side.
  class Permit {
   public:
    Permit(CircuitBreaker& breaker, bool probe) : breaker_(&breaker), probe_(probe) {}
    Permit(Permit&& other) noexcept : breaker_(std::exchange(other.breaker_, nullptr)), probe_(other.probe_) {}
    Permit& operator=(Permit&&) = delete;
    Permit(const Permit&) = delete;
    Permit& operator=(const Permit&) = delete;
    ~Permit();
    void succeeded();
    void failed();

   private:
    CircuitBreaker* breaker_;
    bool probe_;
  };

  /// nullopt while calls are refused.
  std::optional<Permit> admit();
  CircuitState state() const;

 private:
  void close();
  void count_failure(bool probe);

  const Clock& clock_;
  CircuitBreakerRules rules_;
  int failures_ = 0;
  std::optional<Clock::Time> opened_{};
  bool probing_ = false;
};

}  // namespace antiphon::gateway
