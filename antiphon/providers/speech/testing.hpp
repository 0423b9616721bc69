#pragma once

#include <string>

#include "antiphon/providers/llm/limit.hpp"
#include "antiphon/providers/llm/testing.hpp"
#include "antiphon/providers/speech/registry.hpp"
#include "antiphon/providers/speech/vendor/vendors.hpp"

// Included by tests alone.
namespace antiphon::testing_tools {

/// The vendors on a virtual clock, with what answers them written down beforehand.
struct SpeechWorld {
  World world;
  ScriptedHttp http;
  SpeechContext context{.runtime = world.runtime, .http = http, .seed = 1, .scenario_id = "s"};
  SpeechRegistry registry = vendors();

  static SpeechRegistry vendors(std::map<std::string, int> allowed = {}) {
    const auto limits = std::make_shared<const ProviderLimits>(std::move(allowed));
    SpeechRegistry all;
    for (auto& [name, provider] : speech::vendor_voices(limits)) all.add(name, provider);
    for (auto& [name, provider] : speech::vendor_ears(limits)) all.add(name, provider);
    return all;
  }
  static VoiceChoice voice(std::string name) {
    VoiceChoice choice(std::move(name));
    choice.base_url = "http://h/v1", choice.key = "sk-secret-key";
    return choice;
  }
  static EarChoice ear(std::string name) {
    EarChoice choice(std::move(name));
    choice.base_url = "http://h/v1", choice.key = "sk-secret-key";
    return choice;
  }

  audio::Samples say(const VoiceChoice& choice, const std::string& text = "hello") {
    auto open = registry.open(choice, context);
    auto request = open.defaults;
    request.text = text;
    return world.run(synthesize_whole(*open.synthesiser, request, Deadline::never()));
  }
  Recognition hear(const EarChoice& choice, audio::Samples samples = audio::Samples(24000, 100)) {
    auto open = registry.open(choice, context);
    return world.run(open.recogniser->transcribe(std::move(samples), open.defaults, Deadline::never()));
  }
};

inline Scripted sound(std::vector<std::string> pieces, std::string type = "audio/pcm") {
  return {.body = std::move(pieces), .headers = {{"content-type", std::move(type)}}};
}

}  // namespace antiphon::testing_tools
