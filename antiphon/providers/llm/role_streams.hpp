#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "antiphon/base/random.hpp"

namespace antiphon {

/// Random streams of one purpose, one per role, keyed by (seed, scenario, role, purpose): what runs beside a scenario changes none of them
/// (SCN-82).
class RoleStreams {
 public:
  RoleStreams(std::uint64_t seed, std::string scenario_id, std::string purpose)
      : seed_(seed), scenario_id_(std::move(scenario_id)), purpose_(std::move(purpose)) {}

  RandomStream& of(std::string_view role) {
    const auto it = streams_.find(role);
    if (it != streams_.end()) return it->second;
    const std::array<std::string_view, 3> key{scenario_id_, role, purpose_};
    return streams_.emplace(std::string(role), RandomStream(seed_, key)).first->second;
  }

 private:
  std::uint64_t seed_;
  std::string scenario_id_;
  std::string purpose_;
  std::map<std::string, RandomStream, std::less<>> streams_;
};

}  // namespace antiphon
