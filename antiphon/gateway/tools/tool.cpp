#include "antiphon/gateway/tools/tool.hpp"

namespace antiphon::gateway {

Task<> ToolProvider::start(Deadline) { co_return; }

Task<> ToolProvider::close() { co_return; }

json::object session_fields(const SessionState& session) {
  json::object fields = session.context;
  fields["id"] = session.id;
  fields["caller_id"] = session.caller_id;
  fields["locale"] = session.locale;
  fields["authenticated"] = session.authenticated;
  return fields;
}

}  // namespace antiphon::gateway
