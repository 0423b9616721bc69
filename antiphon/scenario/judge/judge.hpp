#pragma once

#include <string>
#include <vector>

#include "antiphon/agent/participant.hpp"
#include "antiphon/providers/llm/registry.hpp"

namespace antiphon {

/// A judge played by a language model: two phases by function calling (contracts.md §6).
struct JudgeOptions {
  std::vector<std::string> criteria{};
  ModelSettings model{};        ///< over the scenario's
  std::string system_prompt{};  ///< replaces the built-in instructions of the verdict; the decision rule is added to it
};
ParticipantSpec judge_agent(JudgeOptions options);
ParticipantSpec judge_agent(std::vector<std::string> criteria);

/// Property names of criteria: lower case, non-alphanumerics to `_`, 70 characters; a collision gets `_2`, `_3` (SCN-53).
std::vector<std::string> criterion_keys(const std::vector<std::string>& criteria);

}  // namespace antiphon
