#include "antiphon/scenario/instrument/known_call.hpp"

#include <array>

#include "antiphon/audio/levels.hpp"
#include "antiphon/audio/mix.hpp"
#include "antiphon/providers/speech/custom.hpp"
#include "antiphon/scenario/instrument/known_agent.hpp"

namespace antiphon::instrument {

namespace {

using namespace std::chrono_literals;
using audio::Samples;

constexpr std::size_t questions = 4;  // and the cut-in
constexpr auto noise_around = 300ms;  // what a recording of our user's holds before and after the words
constexpr std::size_t noise_seconds = 7;

Samples noise(double dbfs, std::size_t count, std::uint64_t seed) {
  RandomStream random(seed);
  Samples samples(count);
  const double rms = 32768 * audio::ratio_from_db(dbfs);
  for (auto& sample : samples) sample = audio::to_sample(random.normal() * rms);
  return samples;
}

Samples through(const std::vector<VoiceEffect>& channel, const Samples& samples, std::uint64_t seed) {
  RandomStream random(seed);
  std::vector<audio::Effect> effects;
  for (const auto& effect : channel) effects.push_back(audio::make_effect(effect.name, effect.settings));
  return audio::apply_effects(effects, samples, random);
}

KnownSpeech question(const Case& line, const KnownVoice& voice, std::size_t which) {
  const auto around = line.noise_dbfs ? Duration(noise_around) : line.lead;
  auto speech = say(voice, 2 * which, {.lead = around, .tail = line.noise_dbfs ? noise_around : 100ms, .seconds = 1.2, .noise_dbfs = line.noise_dbfs});
  if (line.lost == 0) return speech;
  speech.samples = through({{"packet_loss", {.numbers = {{"rate", line.lost}}}}}, speech.samples, 200 + which);
  speech.voiced = voiced_in(speech.samples, line.noise_dbfs);
  return speech;
}

KnownSpeech answer(const Case& line, const KnownVoice& voice, std::size_t which) {
  const bool long_one = which == questions - 1;
  return say(voice, 2 * which + 1,
             {.lead = line.lead, .pause = long_one ? Duration::zero() : line.pause, .seconds = long_one ? 6.0 : 1.8, .noise_dbfs = line.noise_dbfs});
}

/// What our user sends: as recorded at the far end of such a line. Its first sample is never silent, so that the agent sees where it begins.
Samples recorded(const Case& line, const KnownVoice& voice, std::size_t which) {
  auto samples = through(line.channel, question(line, voice, which).samples, 100 + which);
  if (line.noise_dbfs) {
    const auto under = noise(*line.noise_dbfs, samples.size(), 300 + which);
    samples = audio::mix(std::array{audio::Placed{samples}, audio::Placed{under}});
  }
  if (!samples.empty() && samples.front() == 0) samples.front() = 1;
  return samples;
}

std::shared_ptr<KnownScript> script_of(const Case& line, const KnownVoice& voice) {
  auto script = std::make_shared<KnownScript>();
  for (std::size_t i = 0; i <= questions; ++i) {
    script->user.push_back(question(line, voice, i));
    script->agent.push_back(answer(line, voice, i));
    script->sent.push_back(through(line.channel, script->agent.back().samples, 400 + i));
  }
  if (line.noise_dbfs) script->noise = noise(*line.noise_dbfs, noise_seconds * audio::canonical_rate_hz, 500);
  script->cut = questions;
  return script;
}

std::vector<Step> steps(Duration cut_after) {
  std::vector<Step> all;
  for (std::size_t i = 0; i < questions; ++i) {
    all.push_back(user(std::to_string(i)));
    if (i + 1 < questions) all.push_back(agent());
  }
  all.push_back(interrupt(std::to_string(questions), {.after = cut_after}));
  all.push_back(agent());
  all.push_back(succeed("measured"));
  return all;
}

Task<Samples> say_line(std::vector<Samples> lines, SpeechRequest request) { co_return lines.at(static_cast<std::size_t>(std::stoi(request.text))); }

Task<Recognition> understand(Samples, RecognitionSettings) { co_return Recognition{.text = "heard"}; }

VoiceEffect phone(const char* law) { return {"phone_quality", {.words = {{"law", law}}}}; }

}  // namespace

const std::vector<Case>& known_cases() {
  static const std::vector<Case> cases{
      {.name = "clean"},
      {.name = "200 ms of silence first", .lead = 200ms},
      {.name = "pause of 0.3 s", .pause = 300ms},
      {.name = "pause of 0.55 s", .pause = 550ms},
      {.name = "15 times real time", .frames_at_once = 15},
      {.name = "noise of -50 dBFS", .tolerance = 50ms, .noise_dbfs = -50},
      {.name = "noise of -40 dBFS", .tolerance = 50ms, .noise_dbfs = -40},
      {.name = "telephone, mu-law", .tolerance = 50ms, .channel = {phone("mulaw")}},
      {.name = "telephone, A-law", .tolerance = 50ms, .channel = {phone("alaw")}},
      {.name = "5 % of packets lost", .tolerance = 50ms, .lost = 0.05},
  };
  return cases;
}

std::shared_ptr<const SpeechRegistry> known_speech(const Case& line, const KnownVoice& voice) {
  std::vector<Samples> lines;
  for (std::size_t i = 0; i <= questions; ++i) lines.push_back(recorded(line, voice, i));
  const auto speak = [lines](SpeechRequest request) -> Task<Samples> { return say_line(lines, std::move(request)); };
  auto registry = std::make_shared<SpeechRegistry>();
  registry->add("known", custom_voice("known", speak, true));
  registry->add("known", custom_ear("known", understand, true));
  return registry;
}

KnownCall make_call(const Case& line, const KnownVoice& voice, const audio::VoiceSettings& detector) {
  auto truth = std::make_shared<KnownTruth>();
  truth->latency = {500ms, 640ms, 810ms, 350ms, 1030ms};
  truth->cut_after = 1500ms, truth->stops_after = 540ms;
  const auto nobody = [](const ParticipantContext&) -> std::unique_ptr<Participant> { return nullptr; };
  const auto script = script_of(line, voice);
  const auto agent =
      ParticipantSpec("instrument", nobody, true)
          .by_voice({.make = [=](const ParticipantContext& context) { return std::make_unique<KnownAgent>(context.runtime.clock, script, line, truth); },
                     .capabilities = {.paced = true}});
  return {.truth = truth,
          .scenario = {.name = line.name + ", " + voice.name(),
                       .agent = agent,
                       .voice = {.user = "known", .hear = "known", .detector = detector},
                       .script = steps(truth->cut_after)}};
}

}  // namespace antiphon::instrument
