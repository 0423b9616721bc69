#include "antiphon/gateway/call/caller_connection.hpp"

namespace antiphon::gateway {

std::string_view to_string(CallEnd end) {
  switch (end) {
    case CallEnd::completed: return "completed";
    case CallEnd::escalated: return "escalated";
    case CallEnd::caller_hangup: return "caller_hangup";
    case CallEnd::error: return "error";
    case CallEnd::expired: return "expired";
    case CallEnd::drain: return "drain";
  }
  return "error";
}

}  // namespace antiphon::gateway
