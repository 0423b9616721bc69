#pragma once

#include <memory>

#include "antiphon/gym/user_simulator.hpp"

namespace antiphon::gym {

/// A user whose persona a language model plays; where there is no model at all, one that goes by a few rules of its own (docs/guides/gym.md).
/// @throws Error configuration for a model that cannot be opened.
std::unique_ptr<SimulatedUser> make_agent_user(const AgentUserOptions& options, const SimulatorContext& context);

/// What the model is told of its part, and what it is asked each time. Pure.
std::string persona_prompt(const Persona& persona, bool may_wait);
std::string step_prompt(const UserRequest& request);

/// Its tools: `RespondToAssistant(message)`, `WaitForAssistant(wait_seconds, reason)`, `EndConversation(reason)`.
ToolSet persona_tools(bool may_wait);

}  // namespace antiphon::gym
