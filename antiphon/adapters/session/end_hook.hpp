#pragma once

#include <string>

#include "antiphon/agent/simulated_case.hpp"
#include "antiphon/session/simulation.hpp"

namespace antiphon {

/// Asks over HTTP (docs/sessions.md): `{"veto": null}` or `{"veto": "why"}` within 45 s. @param url http or https
EndHook http_end_hook(std::string url);

/// As the agent session protocol tells of it.
session::SimulatedScenario told_of(const SimulatedCase& simulated);

}  // namespace antiphon
