#pragma once

#include <string>
#include <vector>

#include "antiphon/providers/speech/registry.hpp"

namespace antiphon::speech {

struct NamedVoice {
  std::string name;
  SpeechRegistry::VoiceProvider provider;
};
struct NamedEar {
  std::string name;
  SpeechRegistry::EarProvider provider;
};

/// The vendors' voices (VOX-21) and recognisers (VOX-22), each asked again as language models are. Keys come from the choice, else from the environment; one
/// that is missing is told by `check`.
std::vector<NamedVoice> vendor_voices();
std::vector<NamedEar> vendor_ears();

}  // namespace antiphon::speech
