#pragma once

#include <memory>

#include "antiphon/audio/vad/voice_activity.hpp"

namespace antiphon::audio::internal {

std::unique_ptr<FrameJudge> make_energy_judge(double rms, double over_noise);
/// @throws Error unsupported where the library of this build lacks it.
std::unique_ptr<FrameJudge> make_webrtc_judge(int mode);

}  // namespace antiphon::audio::internal
