#pragma once

#include <cstdint>
#include <string_view>

#include "antiphon/base/json.hpp"

namespace antiphon::wire {

/// The count of tokens that member `name` holds; 0 for anything that is none.
inline std::int64_t count(const json::value& usage, std::string_view name) {
  const auto number = find_number(usage, name).value_or(0);
  return number > 0 && number < 9e15 ? static_cast<std::int64_t>(number) : 0;
}

}  // namespace antiphon::wire
