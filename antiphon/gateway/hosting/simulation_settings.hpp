#pragma once

#include <optional>
#include <string>

#include "antiphon/session/simulation.hpp"

namespace antiphon::gateway {

/// What is asked at the end of a simulated session, and what sessions simulate whose controller does not say so (docs/gateway/hosting.md).
struct SimulationSettings {
  std::string on_end{};  ///< URL of the hook; empty: nobody objects
  std::optional<session::SimulationDispatch> dispatch{};
};

}  // namespace antiphon::gateway
