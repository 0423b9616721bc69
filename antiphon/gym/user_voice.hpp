#pragma once

#include <memory>
#include <string>

#include "antiphon/gym/user_simulator.hpp"

namespace antiphon::gym {

/// Which voice speaks (GYM-3): one that the settings name with its provider; else OpenAI's where there is a key; else the one that this program has in itself.
/// @throws Error configuration for a name without provider that is none of OpenAI's, with those that there are.
VoiceChoice voice_choice(const Settings& settings, const Settings::Variables& environment);

/// @throws Error configuration where that voice cannot speak here: nobody has it, it needs a key.
void check_voice(const Settings& settings, const Settings::Variables& environment, const SpeechRegistry& speech);

/// The user's mouth.
class UserVoice {
 public:
  explicit UserVoice(const SimulatorContext& context);
  /// Canonical. @throws Error configuration for a text of which nothing can be said; else as the synthesiser.
  Task<audio::Samples> speak(std::string text);

 private:
  Clock& clock_;
  OpenVoice voice_;
};

}  // namespace antiphon::gym
