#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace antiphon {

/// Who a failure belongs to (SCN-100).
enum class Party { agent, simulated_user, judge, provider, transport, harness };

std::string_view to_string(Party party);
/// As people say it: "simulated user".
std::string words_of(Party party);
std::optional<Party> party_from(std::string_view name);

}  // namespace antiphon
