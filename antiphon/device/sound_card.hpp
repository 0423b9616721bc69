#pragma once

#include <memory>
#include <string>

#include "antiphon/audio/live.hpp"

namespace antiphon::device {

/// ALSA's name of a device, as `aplay -L` lists them; empty: the one that ANTIPHON_SPEAKER or ANTIPHON_MICROPHONE names, else `default`, which is also where
/// PulseAudio and PipeWire are.
using DeviceName = std::string;

/// The sound card. Rate and count of channels are converted by ALSA where the card has others; a thread of its own waits for the card. ALSA is opened when it
/// is first asked for: a program that never plays needs none.
/// @throws Error not_found or unavailable, party harness: what is missing, and what to do.
std::unique_ptr<audio::Loudspeaker> open_loudspeaker(DeviceName name = {});
std::unique_ptr<audio::Microphone> open_microphone(DeviceName name = {});

}  // namespace antiphon::device
