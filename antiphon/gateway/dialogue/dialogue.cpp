#include "antiphon/gateway/dialogue/dialogue.hpp"

namespace antiphon::gateway {

Task<> Dialogue::think_ahead(SessionState) { co_return; }
Task<> Dialogue::hand_over(SessionState&) { co_return; }

Dialogue::NotTaken Dialogue::not_taken(SessionState& session) {
  session.escalated.reset();
  return {};
}

}  // namespace antiphon::gateway
