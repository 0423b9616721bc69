#pragma once

#include <optional>
#include <vector>

#include "antiphon/adapters/composed/composed_agent.hpp"
#include "antiphon/scenario/voice/voice_options.hpp"
#include "antiphon/suite/context.hpp"

namespace antiphon::suite {

/// `hibari/low`, or a mapping of how our user speaks and listens.
VoiceOptions read_voice(ReadContext& context, const Node& node);
/// `provider/name`, or a mapping with `voice` and its settings.
VoiceChoice read_voice_choice(ReadContext& context, const Node& node);
/// `moonshine`, `{pocketsphinx: {phrases: […]}}`, or a mapping with `recogniser` and its settings.
EarChoice read_ear_choice(ReadContext& context, const Node& node);
/// A list of names and of `{name: {setting: value}}`.
std::optional<std::vector<VoiceEffect>> read_effects(ReadContext& context, const Node& node);
/// A sound file that a suite names: relative to the suite's file; a URL stays what it is, for whoever refuses it. Empty where none is named, which is reported.
std::string read_sound_path(ReadContext& context, const Node& node, const std::string& text);
/// `wait`, `none`, or how long.
std::optional<Greeting> read_greeting(ReadContext& context, const Node& node);
/// `composed: {model: …}`.
ParticipantSpec read_composed(ReadContext& context, const Node& node);

}  // namespace antiphon::suite
