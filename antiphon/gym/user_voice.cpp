#include "antiphon/gym/user_voice.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::gym {

namespace {

constexpr auto longest_synthesis = std::chrono::minutes(5);

// Those that OpenAI documents. A later one is named with its provider.
constexpr std::string_view voices_of_openai[] = {"alloy", "ash",  "ballad", "cedar", "coral",   "echo", "fable",
                                                 "marin", "nova", "onyx",   "sage",  "shimmer", "verse"};

void check_name(const std::string& voice) {
  if (std::ranges::find(voices_of_openai, voice) != std::end(voices_of_openai)) return;
  throw Error(ErrorKind::configuration, fmt::format("there is no voice {}", quote(voice)))
      .with_party(Party::harness)
      .with_hint(
          fmt::format("voices are {} (OpenAI's, with a key), auto, hibari/low, flite/slt and others with their provider; a new one of OpenAI's is openai/NAME",
                      fmt::join(voices_of_openai, ", ")));
}

}  // namespace

VoiceChoice voice_choice(const Settings& settings, const Settings::Variables& environment) {
  VoiceChoice choice;
  choice.style = settings.tts_instructions;
  if (settings.tts_voice == "auto" || settings.tts_voice.find('/') != std::string::npos) {
    choice.voice = settings.tts_voice;
    return choice;
  }
  check_name(settings.tts_voice);
  const auto key = environment ? environment("OPENAI_API_KEY").value_or("") : std::string();
  choice.voice = key.empty() ? "auto" : "openai/" + settings.tts_voice;
  if (!key.empty()) choice.key = key, choice.extra = {{"model", settings.tts_model}};
  return choice;
}

void check_voice(const Settings& settings, const Settings::Variables& environment, const SpeechRegistry& speech) {
  speech.check(voice_choice(settings, environment));
}

UserVoice::UserVoice(const SimulatorContext& context)
    : clock_(context.runtime.clock),
      voice_(context.speech.open(voice_choice(context.settings, context.environment),
                                 {.runtime = context.runtime, .http = context.http, .seed = context.seed, .scenario_id = context.id})) {}

Task<audio::Samples> UserVoice::speak(std::string text) {
  auto request = voice_.defaults;
  request.text = text;
  auto samples = co_await synthesize_whole(*voice_.synthesiser, std::move(request), Deadline::after(clock_, longest_synthesis));
  if (samples.empty())
    throw Error(ErrorKind::configuration, fmt::format("there is nothing in {} that {} could say", quote(cut(text, 60)), voice_.name))
        .with_party(Party::harness)
        .with_hint("send it as text, or write it in words");
  co_return samples;
}

}  // namespace antiphon::gym
