#pragma once

#include <memory>
#include <vector>

#include "antiphon/audio/live.hpp"
#include "antiphon/cli/environment.hpp"
#include "antiphon/cli/run/flags.hpp"

namespace antiphon::cli {

/// What `--listen` and `--talk` need; both empty where neither is given.
struct LiveSound {
  std::shared_ptr<audio::Loudspeaker> loudspeaker{};
  std::shared_ptr<audio::Microphone> microphone{};
};

/// Opens the sound card. @throws Error usage where there is nothing to hear, or nobody who would talk; else as `device::open_loudspeaker`.
LiveSound open_live_sound(const RunPlan& plan, const std::vector<Scenario>& scenarios, const Environment& environment);

}  // namespace antiphon::cli
