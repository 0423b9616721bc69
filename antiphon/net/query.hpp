#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace antiphon::net {

/// Parameters of a target's query, decoded, in order; `+` is a space.
using Query = std::vector<std::pair<std::string, std::string>>;

/// @param target path and query, as a request line holds them
/// @throws Error invalid_input where the target is none (a broken %-sequence among it).
Query query_of(std::string_view target);
/// The first of that name.
std::optional<std::string> find_parameter(const Query& query, std::string_view name);

}  // namespace antiphon::net
