#include "antiphon/cli/run/live_sound.hpp"

#include <algorithm>

#include "antiphon/base/error.hpp"
#include "antiphon/device/sound_card.hpp"

namespace antiphon::cli {

namespace {

bool is_call(const Scenario& scenario) { return scenario.agent.voice() != nullptr; }
bool is_talked_in(const Scenario& scenario) { return is_call(scenario) && scenario.user.is_a_person(); }

}  // namespace

LiveSound open_live_sound(const RunPlan& plan, const std::vector<Scenario>& scenarios, const Environment& environment) {
  if (!plan.listen && !plan.talk) return {};
  if (plan.talk && std::none_of(scenarios.begin(), scenarios.end(), is_talked_in))
    throw Error(ErrorKind::usage, "--talk is for calls whose user is a person, and there is none here")
        .with_hint("write `user: human` beside an agent by voice");
  if (std::none_of(scenarios.begin(), scenarios.end(), is_call))
    throw Error(ErrorKind::usage, "--listen lets calls be heard, and there is none here").with_hint("use an agent by voice, such as `composed`");
  LiveSound sound{.loudspeaker = device::open_loudspeaker(environment.variable("ANTIPHON_SPEAKER").value_or("default"))};
  if (plan.talk) sound.microphone = device::open_microphone(environment.variable("ANTIPHON_MICROPHONE").value_or("default"));
  return sound;
}

}  // namespace antiphon::cli
