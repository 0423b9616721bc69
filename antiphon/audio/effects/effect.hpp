#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "antiphon/audio/effects/noise.hpp"
#include "antiphon/audio/pcm.hpp"
#include "antiphon/base/random.hpp"

namespace antiphon::audio {

/// One setting of an effect. It is a number where `choices` is empty and `is_file` is not set.
struct EffectParameter {
  std::string_view name, meaning, unit;
  double lowest = 0, highest = 0;
  std::optional<double> usual;              ///< nullopt: nothing, unless it is given
  std::vector<std::string_view> choices{};  ///< the first one is usual
  bool is_file = false;
};

/// An effect as suites, checks of their settings and documentation know it.
struct EffectDescription {
  std::string_view name, meaning;
  std::string_view reference;  ///< what langwatch/scenario calls it; empty where it has none
  bool keeps_length = true;
  std::vector<EffectParameter> parameters{};
  bool adds_sound = false;  ///< there is something to hear, whatever becomes of the speech
};

/// All effects, by name.
std::span<const EffectDescription> effect_descriptions();
/// nullptr: there is none of that name.
const EffectDescription* find_effect(std::string_view name);

/// Settings by name; what is absent has its usual value.
struct EffectSettings {
  std::map<std::string, double, std::less<>> numbers{};
  std::map<std::string, std::string, std::less<>> words{};  ///< choices and paths of files
};

/// What is done to a piece of canonical audio: pure, and the same for the same stream of random numbers. May be called by several threads.
///
/// The result is as long as the input unless the description says otherwise; what is empty stays empty.
using Effect = std::function<Samples(SampleView, RandomStream&)>;

/// Files are read here, once.
/// @throws Error configuration, naming effect and setting, for an unknown name, a number out of range (NaN too) or another word than the choices; or
///         what `share_audio_file` throws.
Effect make_effect(std::string_view name, const EffectSettings& settings = {});

/// The noise of `background_noise` by itself, for what lies under a whole call; `snr_db` counts from speech at its usual level.
/// @throws Error as `make_effect`.
NoiseSource make_line_noise(const EffectSettings& settings, RandomStream& random);

/// One after the other.
Samples apply_effects(std::span<const Effect> effects, SampleView samples, RandomStream& random);

}  // namespace antiphon::audio
