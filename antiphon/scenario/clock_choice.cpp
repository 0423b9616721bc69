#include "antiphon/scenario/clock_choice.hpp"

namespace antiphon {

const ParticipantSpec* first_not_on_clock(const Scenario& scenario, const ModelRegistry& models) {
  const auto blocks = [&](const ParticipantSpec& spec) { return spec && !spec.waits_on_clock_alone(models, scenario.model); };
  for (const auto* spec : {&scenario.agent, &scenario.user, &scenario.judge})
    if (blocks(*spec)) return spec;
  for (const auto& extra : scenario.participants)
    if (blocks(extra.spec)) return &extra.spec;
  return nullptr;
}

bool runs_in_virtual_time(const Scenario& scenario, const ModelRegistry& models) {
  if (scenario.clock == ClockChoice::wall) return false;
  return scenario.clock == ClockChoice::virtual_time || !first_not_on_clock(scenario, models);
}

}  // namespace antiphon
