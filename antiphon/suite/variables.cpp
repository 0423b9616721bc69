#include "antiphon/suite/variables.hpp"

#include <algorithm>
#include <initializer_list>
#include <string_view>

#include <fmt/format.h>

namespace antiphon::suite {

namespace {

using Names = std::initializer_list<std::string_view>;

constexpr Names of_requests{"input.text", "input.messages", "thread_id"};
constexpr Names of_voice_messages{"audio", "keys", "text", "thread_id"};

Lookup with_reserved(const Lookup& lookup, Names names) {
  return [&lookup, names](std::string_view name) -> std::optional<std::string> {
    if (std::ranges::find(names, name) != names.end()) return fmt::format("${{{}}}", name);
    return lookup(name);
  };
}

/// Under `key` stand templates that are filled while a run goes on; under `inner` another mapping with that key may stand.
void expand_templates(Node& node, std::string_view key, Names names, const Lookup& lookup, std::vector<Problem>& problems, std::string_view inner = {}) {
  for (auto& member : node.members) {
    if (!inner.empty() && member.key == inner && member.value.is_mapping())
      expand_templates(member.value, key, names, lookup, problems);
    else
      expand_variables(member.value, member.key == key ? with_reserved(lookup, names) : lookup, problems);
  }
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
      expand_templates(member.value, "body", of_requests, lookup, problems);
    else if ((member.key == "websocket" || member.key == "process") && member.value.is_mapping())
      expand_templates(member.value, "json", of_voice_messages, lookup, problems, "voice");
    else
      expand_variables(member.value, lookup, problems);
  }
}

}  // namespace antiphon::suite
