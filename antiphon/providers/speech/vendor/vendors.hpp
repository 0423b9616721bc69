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
/// that is missing is told by `check`. Calls in flight are bounded by `limits`: what waits to be asked again occupies no place.
std::vector<NamedVoice> vendor_voices(std::shared_ptr<const ProviderLimits> limits);
std::vector<NamedEar> vendor_ears(std::shared_ptr<const ProviderLimits> limits);
/// All that one of them is called: the keys that `limits` may have beside those of language models.
std::vector<std::string> vendor_names();

}  // namespace antiphon::speech
