#include "antiphon/providers/speech/registry.hpp"

#include "antiphon/providers/llm/limit.hpp"
#include "antiphon/providers/speech/vendor/vendors.hpp"
#include "antiphon/providers/stt/moonshine/moonshine.hpp"
#include "antiphon/providers/stt/pocketsphinx/pocketsphinx.hpp"
#include "antiphon/providers/stt/remembered.hpp"
#include "antiphon/providers/tts/flite/flite_voice.hpp"
#include "antiphon/providers/tts/hibari/hibari_voice.hpp"
#include "antiphon/providers/tts/remembered.hpp"

namespace antiphon {

namespace {

/// What makes a synthesiser speak differently and is not in its requests. Never the key.
std::string identity_of(const std::string& provider, const VoiceChoice& choice) {
  json::object lexicon;
  for (const auto& [word, spelling] : choice.lexicon) lexicon[word] = spelling;
  return json::serialize(json::array{provider, choice.base_url, lexicon});
}

/// What a provider says is said from memory the second time, whoever asks.
SpeechRegistry::VoiceProvider remembering(std::string provider, SpeechRegistry::VoiceProvider entry) {
  entry.make = [provider = std::move(provider), make = std::move(entry.make)](const VoiceChoice& choice, const SpeechContext& context) {
    return std::make_unique<RememberedVoice>(make(choice, context), identity_of(provider, choice));
  };
  return entry;
}

void add_voice(SpeechRegistry& registry, const std::string& provider, SpeechRegistry::VoiceProvider entry) {
  registry.add(provider, remembering(provider, std::move(entry)));
}

/// The same for recordings that are heard.
void add_ear(SpeechRegistry& registry, const std::string& provider, SpeechRegistry::EarProvider entry) {
  entry.make = [make = std::move(entry.make)](const EarChoice& choice, const SpeechContext& context) {
    return std::make_unique<RememberedEar>(make(choice, context), choice.base_url);
  };
  registry.add(provider, std::move(entry));
}

}  // namespace

std::shared_ptr<const SpeechRegistry> SpeechRegistry::with_defaults(std::shared_ptr<const ProviderLimits> limits) {
  auto registry = std::make_shared<SpeechRegistry>();
  add_voice(*registry, "hibari", hibari::provider());
  add_voice(*registry, "flite", flite::provider());
  for (auto& [name, provider] : speech::vendor_voices(limits)) add_voice(*registry, name, std::move(provider));
  for (auto& [name, provider] : speech::vendor_ears(limits)) add_ear(*registry, name, std::move(provider));
  add_ear(*registry, "moonshine", moonshine::provider());
  add_ear(*registry, "sherpa", moonshine::folder_provider());
  add_ear(*registry, "pocketsphinx", pocketsphinx::provider());
  registry->prefer_voices({"hibari/heart", "flite/slt"});
  registry->prefer_ears({"moonshine", "pocketsphinx"});
  return registry;
}

std::shared_ptr<const SpeechRegistry> SpeechRegistry::with_defaults() {
  static const auto all = with_defaults(std::make_shared<const ProviderLimits>());
  return all;
}

}  // namespace antiphon
