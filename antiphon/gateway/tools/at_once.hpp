#pragma once

#include <vector>

#include "antiphon/base/task.hpp"

namespace antiphon::gateway {

/// Runs all tasks at once, on the executor of whoever awaits, and returns when the last has ended. Cancelling it cancels all of them.
/// @throws what the first of them in the list threw; the others still ran to their end.
Task<> at_once(std::vector<Task<>> tasks);

}  // namespace antiphon::gateway
