#include "antiphon/suite/variables.hpp"

#include <fmt/format.h>

namespace antiphon::suite {

namespace {

Lookup with_reserved(const Lookup& lookup) {
  return [&lookup](std::string_view name) -> std::optional<std::string> {
    if (name == "input.text" || name == "input.messages" || name == "thread_id") return fmt::format("${{{}}}", name);
    return lookup(name);
  };
}

void expand_http(Node& http, const Lookup& lookup, std::vector<Problem>& problems) {
  for (auto& member : http.members) expand_variables(member.value, member.key == "body" ? with_reserved(lookup) : lookup, problems);
}

}  // namespace

void expand_except_runtime(Node& node, const Lookup& lookup, std::vector<Problem>& problems) {
  if (!node.is_mapping()) {
    expand_variables(node, lookup, problems);
    return;
  }
  for (auto& member : node.members) {
    if (member.key == "agent")
      expand_except_runtime(member.value, lookup, problems);
    else if (member.key == "http" && member.value.is_mapping())
      expand_http(member.value, lookup, problems);
    else
      expand_variables(member.value, lookup, problems);
  }
}

}  // namespace antiphon::suite
