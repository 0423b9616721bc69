#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "antiphon/gym/user_simulator.hpp"
#include "antiphon/gym/user_voice.hpp"

namespace antiphon::gym {

/// Plays a persona without any model: says what it came for, who it is where that is asked, waits while the agent is at work, asks on, and leaves at the
/// agent's goodbye. It understands nothing beyond that.
class KeylessPersona final : public SimulatedUser {
 public:
  KeylessPersona(AgentUserOptions options, const SimulatorContext& context);
  Task<std::optional<UserResponse>> get_response(UserRequest request) override;
  bool waits() const override { return options_.enable_wait_tool; }

 private:
  std::string words(std::string_view said);

  AgentUserOptions options_;
  std::optional<UserVoice> voice_;
  int spoken_ = 0;
  bool introduced_ = false;
};

/// A sentence about "you" as that person says it of itself: "You want your money" becomes "I want my money".
std::string in_first_person(std::string_view about_you);
/// How long somebody who speaks like this asks to wait, a fifth added: by the end of what it says. nullopt: it does not.
std::optional<double> asks_to_wait(std::string_view said);

}  // namespace antiphon::gym
