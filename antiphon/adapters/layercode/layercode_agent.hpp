#pragma once

#include <optional>

#include "antiphon/adapters/layercode/layercode_access.hpp"
#include "antiphon/adapters/layercode/layercode_call.hpp"
#include "antiphon/agent/participant.hpp"
#include "antiphon/agent/voice_agent.hpp"

namespace antiphon {

/// An agent behind the Layercode platform (TRN-11), reached as its clients do: our user asks the user's own backend for a key, and talks over the platform's
/// WebSocket, by voice or by text.
struct LayercodeAgentOptions {
  LayercodeAccess access{};
  bool send_as_text = false;  ///< our user types: a scenario by text, in which a turn is over with `response.end`
  /// By voice: unset, a frame of 20 ms leaves every 20 ms, silence too. With an interval each utterance leaves at its end, in messages of `pace.chunk`.
  LayercodePace pace{};
  std::optional<Greeting> greeting = Greeting{};  ///< unset: our user speaks first
  std::optional<Duration> response_timeout{};     ///< by voice; unset: 30 s
};

/// With `access.post` and `access.stream` the conversation may be in virtual time. @throws Error configuration: an address that is none.
ParticipantSpec layercode_agent(LayercodeAgentOptions options);

}  // namespace antiphon
