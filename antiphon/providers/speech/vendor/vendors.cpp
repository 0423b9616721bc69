#include "antiphon/providers/speech/vendor/vendors.hpp"

#include <set>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/providers/speech/limited.hpp"
#include "antiphon/providers/speech/retrying.hpp"
#include "antiphon/providers/speech/vendor/cartesia.hpp"
#include "antiphon/providers/speech/vendor/deepgram.hpp"
#include "antiphon/providers/speech/vendor/deepgram_live.hpp"
#include "antiphon/providers/speech/vendor/elevenlabs.hpp"
#include "antiphon/providers/speech/vendor/http_ear.hpp"
#include "antiphon/providers/speech/vendor/http_voice.hpp"
#include "antiphon/providers/speech/vendor/live_ear.hpp"
#include "antiphon/providers/speech/vendor/openai_speech.hpp"

namespace antiphon::speech {

namespace {

constexpr wire::Service openai{"openai", "https://api.openai.com/v1", {"OPENAI_API_KEY"}, {"OPENAI_BASE_URL"}};
constexpr wire::Service elevenlabs{"elevenlabs", "https://api.elevenlabs.io", {"ELEVENLABS_API_KEY"}, {"ELEVENLABS_BASE_URL"}};
constexpr wire::Service deepgram{"deepgram", "https://api.deepgram.com", {"DEEPGRAM_API_KEY"}, {"DEEPGRAM_BASE_URL"}};
constexpr wire::Service cartesia{"cartesia", "https://api.cartesia.ai", {"CARTESIA_API_KEY"}, {"CARTESIA_BASE_URL"}};
constexpr wire::Service groq{"groq", "https://api.groq.com/openai/v1", {"GROQ_API_KEY"}, {"GROQ_BASE_URL"}};

struct VoiceVendor {
  const wire::Service& service;
  std::string_view usual_voice, voice_variable;
  double slowest, fastest;
  std::unique_ptr<const VoiceWire> (*wire)(const wire::Endpoint&, const VoiceChoice&);
};

constexpr VoiceVendor voices[] = {
    {openai, "coral", "", 0.5, 2, openai_voice},
    {elevenlabs, "EXAVITQu4vr4xnSDxMaL", "ELEVENLABS_VOICE_ID", 0.7, 1.2, elevenlabs_voice},
    {deepgram, "aura-2-thalia-en", "", 0.7, 1.5, deepgram_voice},
    {cartesia, "694f9389-aac1-45b6-b726-9d9369183238", "", 0.6, 1.5, cartesia_voice},
};

struct EarVendor {
  const wire::Service& service;
  std::string_view usual_model;
  bool primed_by_phrases;
  std::unique_ptr<const EarWire> (*wire)(const wire::Endpoint&);
  std::unique_ptr<const LiveWire> (*live)(const wire::Endpoint&) = nullptr;  ///< listens while somebody speaks
};

constexpr EarVendor ears[] = {
    {openai, "gpt-4o-transcribe", true, openai_ear},
    {groq, "whisper-large-v3-turbo", true, openai_ear},
    {elevenlabs, "scribe_v1", false, elevenlabs_ear},
    {deepgram, "nova-3", true, deepgram_ear, deepgram_live},
};

wire::Endpoint endpoint_of(const wire::Service& service, const std::string& name, std::string usual, const std::string& base_url, const std::string& key) {
  ModelSettings settings(name.find('/') == std::string::npos ? fmt::format("{}/{}", service.name, usual) : name);
  settings.base_url = base_url, settings.key = key;
  return wire::resolve(service, settings);
}

wire::Endpoint endpoint_of(const VoiceVendor& vendor, const VoiceChoice& choice) {
  auto usual = wire::environment(vendor.voice_variable);
  return endpoint_of(vendor.service, choice.voice, usual.empty() ? std::string(vendor.usual_voice) : usual, choice.base_url, choice.key);
}

wire::Endpoint endpoint_of(const EarVendor& vendor, const EarChoice& choice) {
  return endpoint_of(vendor.service, choice.recogniser, std::string(vendor.usual_model), choice.base_url, choice.key);
}

void check_speed(const VoiceVendor& vendor, const VoiceChoice& choice) {
  if (!choice.speed || (*choice.speed >= vendor.slowest && *choice.speed <= vendor.fastest)) return;
  throw Error(ErrorKind::configuration,
              fmt::format("{} speaks {} to {} times as fast, and not {} times", vendor.service.name, vendor.slowest, vendor.fastest, *choice.speed));
}

SpeechRegistry::VoiceProvider provider_of(const VoiceVendor& vendor, std::shared_ptr<const ProviderLimits> limits) {
  const auto make = [&vendor, limits = std::move(limits)](const VoiceChoice& choice, const SpeechContext& context) -> std::unique_ptr<TextToSpeech> {
    check_speed(vendor, choice);
    const auto endpoint = endpoint_of(vendor, choice);
    auto name = fmt::format("{}/{}", vendor.service.name, endpoint.model);
    std::unique_ptr<TextToSpeech> voice = std::make_unique<HttpVoice>(std::move(name), endpoint, vendor.wire(endpoint, choice), context.http);
    if (auto limit = limits->of(std::string(vendor.service.name), context.concurrency))
      voice = std::make_unique<LimitedVoice>(std::move(voice), std::move(limit), context.runtime.clock);
    return std::make_unique<RetryingVoice>(std::move(voice), context);
  };
  const auto check = [&vendor](const VoiceChoice& choice) {
    check_speed(vendor, choice);
    endpoint_of(vendor, choice);
  };
  return {.make = make, .check = check};
}

SpeechRegistry::EarProvider provider_of(const EarVendor& vendor, std::shared_ptr<const ProviderLimits> limits) {
  const auto make = [&vendor, limits = std::move(limits)](const EarChoice& choice, const SpeechContext& context) -> std::unique_ptr<SpeechToText> {
    const auto endpoint = endpoint_of(vendor, choice);
    auto name = fmt::format("{}/{}", vendor.service.name, endpoint.model);
    auto limit = limits->of(std::string(vendor.service.name), context.concurrency);
    auto whole = std::make_unique<HttpEar>(std::move(name), endpoint, vendor.wire(endpoint), context, limit);
    if (!vendor.live) return whole;
    return std::make_unique<LiveEar>(std::move(whole), endpoint, vendor.live(endpoint), context, std::move(limit));
  };
  return {.make = make, .check = [&vendor](const EarChoice& choice) { endpoint_of(vendor, choice); }, .primed_by_phrases = vendor.primed_by_phrases};
}

}  // namespace

std::vector<NamedVoice> vendor_voices(std::shared_ptr<const ProviderLimits> limits) {
  std::vector<NamedVoice> all;
  for (const auto& vendor : voices) all.push_back({std::string(vendor.service.name), provider_of(vendor, limits)});
  return all;
}

std::vector<NamedEar> vendor_ears(std::shared_ptr<const ProviderLimits> limits) {
  std::vector<NamedEar> all;
  for (const auto& vendor : ears) all.push_back({std::string(vendor.service.name), provider_of(vendor, limits)});
  return all;
}

std::vector<std::string> vendor_names() {
  std::set<std::string> names;
  for (const auto& vendor : voices) names.emplace(vendor.service.name);
  for (const auto& vendor : ears) names.emplace(vendor.service.name);
  return {names.begin(), names.end()};
}

}  // namespace antiphon::speech
