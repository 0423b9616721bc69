#pragma once

#include <cstdint>

namespace antiphon::cli {

/// Open files that a process may have: now, and at most by its own asking.
struct OpenFileLimit {
  std::uint64_t now = 0;
  std::uint64_t most = 0;
};

/// What the limit has to become for so many runs at once, each with a connection to its agent and one to its model; `limit.now` where that does.
/// @throws Error configuration when not even one connection each is allowed.
std::uint64_t open_files_for(std::size_t runs_at_once, OpenFileLimit limit);

/// Raises this process's limit as far as that says; programs started later inherit it. @throws Error configuration, likewise.
void allow_open_files(std::size_t runs_at_once);

}  // namespace antiphon::cli
