#include "antiphon/gateway/tools/tool.hpp"

#include <algorithm>
#include <cctype>

namespace antiphon::gateway {

Task<> ToolProvider::start(Deadline) { co_return; }

Task<> ToolProvider::close() { co_return; }

bool is_tool_name(std::string_view name) {
  constexpr std::size_t longest = 64;
  const auto allowed = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '-'; };
  return !name.empty() && name.size() <= longest && std::ranges::all_of(name, allowed);
}

bool is_session_field(std::string_view name) { return session_fields({}).contains(name); }

json::object session_fields(const SessionState& session) {
  json::object fields = session.context;
  fields["id"] = session.id;
  fields["caller_id"] = session.caller_id;
  fields["locale"] = session.locale;
  fields["authenticated"] = session.authenticated;
  return fields;
}

}  // namespace antiphon::gateway
