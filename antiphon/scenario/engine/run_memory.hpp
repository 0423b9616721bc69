#pragma once

#include <optional>
#include <string>

#include "antiphon/providers/llm/remembered_model.hpp"
#include "antiphon/scenario/scenario.hpp"

namespace antiphon {

/// The cassette and the part of the cache that one run uses.
class RunMemory {
 public:
  /// Reads the cassette; a bad one shows when `calls` are asked for. @param cache_folder empty: the user's.
  RunMemory(const Scenario& scenario, const std::string& id, std::uint64_t seed, const std::string& cache_folder);

  /// @throws Error configuration, party harness: what is wrong with the cassette.
  const CallMemory& calls() const {
    if (failure_) throw *failure_;
    return calls_;
  }
  /// Of the run: the given one, else that of the recorded run.
  std::uint64_t seed() const { return seed_; }
  /// What went wrong beside the conversation: a cache that cannot be written.
  std::optional<std::string> notice() const { return calls_.cache ? calls_.cache->notice() : std::nullopt; }
  /// Writes what was recorded. @throws Error io, party harness.
  void keep() const {
    if (calls_.cassette) calls_.cassette->save(seed_);
  }

 private:
  CallMemory calls_;
  std::uint64_t seed_;
  std::optional<Error> failure_;
};

}  // namespace antiphon
