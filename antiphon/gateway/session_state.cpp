#include "antiphon/gateway/session_state.hpp"

namespace antiphon::gateway {

std::string_view to_string(EscalationReason reason) {
  switch (reason) {
    case EscalationReason::human_requested: return "human_requested";
    case EscalationReason::failures: return "failures";
    case EscalationReason::pin: return "pin";
    case EscalationReason::turn_limit: return "turn_limit";
    case EscalationReason::low_confidence: return "low_confidence";
    case EscalationReason::policy: return "policy";
  }
  return "policy";
}

}  // namespace antiphon::gateway
