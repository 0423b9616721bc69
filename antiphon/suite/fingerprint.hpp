#pragma once

#include "antiphon/suite/scenario_reader.hpp"

namespace antiphon::suite {

/// Marks of who speaks in a scenario, so that two results can tell whether the same caller met the same agent. Rules files count with what they
/// say, agents with their addresses. Keys, headers, environments, and the addresses of the caller's models leave no trace in them: these change from
/// machine to machine, and secrets stay out of results.
Fingerprints fingerprints_of(const ScenarioNodes& nodes);

/// The same caller under other settings that a flag, the environment or the project gave: model and turns.
void add_settings(Fingerprints& fingerprints, const Scenario& scenario);

/// The same caller, played by somebody else.
void add_user_model(Fingerprints& fingerprints, std::string_view name);

}  // namespace antiphon::suite
