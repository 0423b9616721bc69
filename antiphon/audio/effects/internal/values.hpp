#pragma once

#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "antiphon/audio/effects/noise.hpp"
#include "antiphon/audio/pcm.hpp"
#include "antiphon/base/random.hpp"

namespace antiphon::audio::effects {

/// Settings that were checked and completed.
struct Values {
  std::map<std::string, double, std::less<>> numbers;
  std::map<std::string, std::string, std::less<>> words;
  std::shared_ptr<const Samples> file;

  double number(std::string_view name) const { return numbers.find(name)->second; }
  std::optional<double> find(std::string_view name) const {
    const auto found = numbers.find(name);
    return found == numbers.end() ? std::nullopt : std::optional(found->second);
  }
  const std::string& word(std::string_view name) const { return words.find(name)->second; }
};

inline std::size_t samples_in_ms(double ms) { return static_cast<std::size_t>(std::llround(ms * canonical_rate_hz / 1000)); }

using Function = Samples (*)(SampleView, const Values&, RandomStream&);

// line.cpp: what a line does
Samples phone_quality(SampleView, const Values&, RandomStream&);
Samples low_bandwidth(SampleView, const Values&, RandomStream&);
Samples packet_loss(SampleView, const Values&, RandomStream&);
Samples jitter(SampleView, const Values&, RandomStream&);
Samples dropout(SampleView, const Values&, RandomStream&);
Samples static_noise(SampleView, const Values&, RandomStream&);
Samples crackle(SampleView, const Values&, RandomStream&);
// room.cpp: what a place does
Samples background_noise(SampleView, const Values&, RandomStream&);
NoiseSource line_noise(const Values&, RandomStream&);
Samples double_talk(SampleView, const Values&, RandomStream&);
Samples echo(SampleView, const Values&, RandomStream&);
Samples reverb(SampleView, const Values&, RandomStream&);
Samples muffled(SampleView, const Values&, RandomStream&);
// voice.cpp: what becomes of a voice
Samples volume(SampleView, const Values&, RandomStream&);
Samples clipping(SampleView, const Values&, RandomStream&);
Samples speed(SampleView, const Values&, RandomStream&);
Samples pitch(SampleView, const Values&, RandomStream&);
Samples robotic(SampleView, const Values&, RandomStream&);

}  // namespace antiphon::audio::effects
