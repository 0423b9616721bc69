#pragma once

#include <optional>
#include <string>
#include <vector>

#include "antiphon/agent/participant.hpp"
#include "antiphon/providers/llm/registry.hpp"

namespace antiphon {

/// A simulated user played by a language model (SCN-40).
struct UserSimulatorOptions {
  std::string persona{};
  ModelSettings model{};        ///< over the scenario's
  std::string system_prompt{};  ///< replaces the built-in one
};
ParticipantSpec user_simulator(UserSimulatorOptions options = {});

/// Says these lines, one a turn, then concludes.
ParticipantSpec scripted_user(std::vector<std::string> lines);

}  // namespace antiphon
