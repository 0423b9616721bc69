#pragma once

#include <optional>
#include <string>
#include <vector>

#include "antiphon/agent/participant.hpp"
#include "antiphon/providers/speech/registry.hpp"
#include "antiphon/suite/context.hpp"

namespace antiphon::suite {

struct SimulatedUser {
  ParticipantSpec spec{};
  std::optional<std::vector<std::string>> slots{};  ///< what an agenda requests, so that checks can name only these
  VoiceChoice voice{};                              ///< over the scenario's
};

/// Keys that may stand beside what names the kind of a user.
std::vector<std::string> user_settings();

/// Whether a user model can play this user: it has a persona or an agenda, and for `agenda` it says what it wants.
bool can_be_played_by(const Node& user, const UserModel& model);

/// `{lines: …}`, `{persona: …}`, `{agenda: …}`, `{replay: …}` or `human`, with model settings and how it behaves in a call beside. The spec is empty where
/// something was reported.
SimulatedUser read_user(ReadContext& context, const Node& node);

}  // namespace antiphon::suite
