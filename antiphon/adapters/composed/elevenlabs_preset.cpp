#include "antiphon/adapters/composed/elevenlabs_preset.hpp"

#include "antiphon/adapters/agents.hpp"

namespace antiphon {

namespace {

bool is_elevenlabs(const std::string& name) { return name == "elevenlabs" || name.starts_with("elevenlabs/"); }

}  // namespace

ComposedAgentOptions elevenlabs_preset(ComposedAgentOptions options, const std::string& key) {
  if (!options.brain) options.brain = model_agent({.model = elevenlabs_model, .system = elevenlabs_system});
  if (options.ear.recogniser.empty()) options.ear.recogniser = "elevenlabs/scribe_v1";
  if (options.voice.voice.empty()) options.voice.voice = "elevenlabs";
  // A key belongs to its vendor.
  if (options.ear.key.empty() && is_elevenlabs(options.ear.recogniser)) options.ear.key = key;
  if (options.voice.key.empty() && is_elevenlabs(options.voice.voice)) options.voice.key = key;
  return options;
}

ParticipantSpec elevenlabs_voice_agent(ComposedAgentOptions options, const std::string& key) {
  return composed_agent(elevenlabs_preset(std::move(options), key));
}

}  // namespace antiphon
