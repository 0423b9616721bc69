#include "antiphon/scenario/clock_choice.hpp"

#include <algorithm>

namespace antiphon {

bool is_replayed(const Scenario& scenario) { return scenario.cassettes == CassetteMode::replay; }

namespace {

std::optional<std::string> speech_not_on_clock(const Scenario& scenario, const SpeechRegistry& speech) {
  const auto& agent = scenario.agent.voice();
  if (!agent) return std::nullopt;
  if (agent->speech_waits_on_clock_alone && !agent->speech_waits_on_clock_alone(speech)) return scenario.agent.name();
  if (!speech.waits_on_clock_alone(scenario.voice.user)) return scenario.voice.user.voice;
  const bool listens = scenario.voice.hear || !agent->capabilities.streaming_transcripts;
  const auto ear = scenario.voice.hear.value_or(EarChoice{});
  return listens && !speech.waits_on_clock_alone(ear) ? std::optional(ear.recogniser) : std::nullopt;
}

}  // namespace

std::optional<std::string> first_not_on_clock(const Scenario& scenario, const ModelRegistry& all_models, const SpeechRegistry& speech) {
  const std::optional<ModelRegistry> replaying = is_replayed(scenario) ? std::optional(all_models.replaying()) : std::nullopt;
  const auto& models = replaying ? *replaying : all_models;
  const auto blocks = [&](const ParticipantSpec& spec) { return spec && !spec.waits_on_clock_alone(models, scenario.model); };
  for (const auto* spec : {&scenario.agent, &scenario.user, &scenario.judge})
    if (blocks(*spec)) return spec->name();
  for (const auto& extra : scenario.participants)
    if (blocks(extra.spec)) return extra.spec.name();
  if (scenario.on_simulation_end && !scenario.on_simulation_end.address.empty()) return "on_simulation_end";
  if (is_audited(scenario) && !models.waits_on_clock_alone(scenario.audit)) return "auditor";
  return speech_not_on_clock(scenario, is_replayed(scenario) ? speech.replaying() : speech);
}

bool takes_a_person(const Scenario& scenario) {
  return scenario.user.is_a_person() || scenario.agent.is_a_person() || scenario.judge.is_a_person() ||
         std::any_of(scenario.participants.begin(), scenario.participants.end(), [](const auto& extra) { return extra.spec.is_a_person(); });
}

bool runs_in_virtual_time(const Scenario& scenario, const ModelRegistry& models, const SpeechRegistry& speech) {
  const auto choice = scenario.clock.value_or(ClockChoice::automatic);
  if (choice == ClockChoice::wall) return false;
  return choice == ClockChoice::virtual_time || !first_not_on_clock(scenario, models, speech);
}

}  // namespace antiphon
