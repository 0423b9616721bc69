#pragma once

#include <string>

#include "antiphon/audio/effects/effect.hpp"

namespace antiphon {

/// An effect on our user's speech, as `audio::effect_descriptions` knows it.
struct VoiceEffect {
  std::string name;
  audio::EffectSettings settings{};
};

}  // namespace antiphon
