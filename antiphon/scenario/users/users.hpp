#pragma once

#include <optional>
#include <string>
#include <vector>

#include "antiphon/agent/participant.hpp"
#include "antiphon/providers/llm/registry.hpp"
#include "antiphon/scenario/users/agenda.hpp"

namespace antiphon {

/// A simulated user played by a language model (SCN-40).
struct UserSimulatorOptions {
  std::string persona{};
  ModelSettings model{};        ///< over the scenario's
  std::string system_prompt{};  ///< replaces the built-in one
  /// What the person wants, beside or in place of a persona: told to the model in words (a system prompt of
  /// one's own says it itself), and listened for. Once every requested slot is answered
  /// the user's next words are its last. Its report is that of `agenda_user`, without `asked`.
  std::optional<Agenda> goal{};
  std::optional<double> interrupt_probability{};  ///< of a cut into each turn of the agent under `proceed`, in a call: 0 to 1; unset: the call's
};
ParticipantSpec user_simulator(UserSimulatorOptions options = {});

/// Says these lines, one a turn, then concludes.
ParticipantSpec scripted_user(std::vector<std::string> lines);

/// Says these messages, one a turn, as they are (pictures and unknown members included), then concludes.
ParticipantSpec replay_user(std::vector<Message> messages);
/// Says again what the user said in a recorded conversation (`read_recording`), then concludes.
/// @param scenario the id of one, where the file is a result.json with several.
/// @throws Error configuration, naming the file and the place in it.
ParticipantSpec replay_user(const std::string& file, const std::string& scenario = {});

/// The person that `RunOptions::person` stands for, as the user or as the agent. Their time counts towards no latency and no timeout.
ParticipantSpec human_user();
ParticipantSpec human_agent();

}  // namespace antiphon
