#include "antiphon/suite/voice_reader.hpp"

#include <charconv>

#include <fmt/format.h>

#include "antiphon/adapters/agents.hpp"
#include "antiphon/adapters/composed/elevenlabs_preset.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/providers/speech/choice_reader.hpp"
#include "antiphon/suite/agent_reader.hpp"
#include "antiphon/suite/model_reader.hpp"

namespace antiphon::suite {

namespace {

const std::string* find_parameter(const audio::EffectDescription& effect, const std::string& name, std::string& found) {
  for (const auto& parameter : effect.parameters) {
    const std::string full(parameter.name);
    // `snr: 20dB` and `delay: 200ms` say their unit in the value.
    for (const auto* unit : {"", "_db", "_ms", "_s", "_hz"})
      if (full == name + unit) return &(found = full);
  }
  return nullptr;
}

std::optional<double> number_in(std::string_view part) {
  const std::string text(part);
  double value = 0;
  const auto* end = text.data() + text.size();
  const auto [rest, failure] = std::from_chars(text.data(), end, value);
  return failure == std::errc() && rest == end ? std::optional(value) : std::nullopt;
}

std::optional<double> with_unit(std::string_view text, std::string_view parameter) {
  const auto without = [&](std::string_view unit) { return number_in(trim(text.substr(0, text.size() - unit.size()))); };
  if (parameter.ends_with("_db") && lower(text).ends_with("db")) return without("dB");
  if (parameter.ends_with("_hz") && lower(text).ends_with("hz")) return without("Hz");
  if (text.ends_with('%')) {
    const auto percent = without("%");
    return percent ? std::optional(*percent / 100) : std::nullopt;
  }
  if (const auto duration = parse_duration(text)) {
    if (parameter.ends_with("_ms")) return to_seconds(*duration) * 1000;
    if (parameter.ends_with("_s")) return to_seconds(*duration);
  }
  return number_in(text);
}

void read_setting(ReadContext& context, const audio::EffectDescription& effect, const Node::Member& member, audio::EffectSettings& settings) {
  std::string name;
  if (!find_parameter(effect, member.key, name)) {
    std::vector<std::string> names;
    for (const auto& parameter : effect.parameters) names.emplace_back(parameter.name);
    context.reader.report_unknown("setting", member.key, member.where, names, effect.name);
    return;
  }
  const auto text = context.reader.text(member.value, name);
  if (!text) return;
  const auto parameter = std::find_if(effect.parameters.begin(), effect.parameters.end(), [&](const auto& each) { return each.name == name; });
  if (parameter->is_file) {
    settings.words[name] = read_sound_path(context, member.value, *text);
  } else if (!parameter->choices.empty()) {
    settings.words[name] = *text;
  } else if (const auto number = with_unit(*text, name)) {
    settings.numbers[name] = *number;
  } else {
    context.reader.report(member.value, fmt::format("{} is no number", quote(*text)),
                          fmt::format("{} to {}{}{}", parameter->lowest, parameter->highest, parameter->unit.empty() ? "" : " ", parameter->unit));
  }
}

std::optional<VoiceEffect> read_effect(ReadContext& context, const Node& node) {
  const bool bare = node.is_scalar();
  if (!bare && !(node.is_mapping() && node.members.size() == 1)) {
    context.reader.report(node, "an effect is a name, or a mapping whose one key is its name",
                          "write it as `phone_quality`, or `{background_noise: {kind: cafe, snr: 20dB}}`");
    return std::nullopt;
  }
  const auto& name = bare ? node.text : node.members.front().key;
  const auto& where = bare ? node.where : node.members.front().where;
  const auto* effect = audio::find_effect(name);
  if (!effect) {
    std::vector<std::string> names;
    for (const auto& each : audio::effect_descriptions()) names.emplace_back(each.name);
    context.reader.report_unknown("effect", name, where, names);
    return std::nullopt;
  }
  VoiceEffect read{.name = name};
  if (bare || node.members.front().value.is_null()) return read;
  const auto& settings = node.members.front().value;
  if (!settings.is_mapping()) {
    context.reader.report(settings, fmt::format("the settings of {} are a mapping", name), "write them as `{setting: value}`");
    return std::nullopt;
  }
  for (const auto& member : settings.members) read_setting(context, *effect, member, read.settings);
  try {
    audio::make_effect(read.name, read.settings);
  } catch (const Error& error) {
    if (context.reader.problems().empty()) context.reader.report(settings, error.message(), error.hint());
  }
  return read;
}

std::optional<InterruptionConfig> read_interruptions(ReadContext& context, const Node& node) {
  Fields fields(context.reader, node, "interruptions", "interruptions: {probability: 30%}");
  InterruptionConfig config;
  if (const auto* probability = fields.get("probability")) config.probability = context.reader.ratio(*probability, "probability").value_or(config.probability);
  config.least = fields.duration("at_least").value_or(config.least);
  config.most = fields.duration("at_most").value_or(std::max(config.most, config.least));
  config.phrases = fields.texts("phrases").value_or(std::vector<std::string>{});
  if (const auto* strategy = fields.get("strategy"))
    if (context.reader.choice(*strategy, "strategy", {"random_phrase", "contextual"}) == "contextual") config.strategy = InterruptionStrategy::contextual;
  fields.finish();
  return config;
}

// `30%`, or a mapping.
std::optional<InterjectionConfig> read_interjections(ReadContext& context, const Node& node, std::string_view name) {
  InterjectionConfig config;
  if (node.is_scalar()) {
    const auto probability = context.reader.ratio(node, name);
    if (probability) config.probability = *probability;
    return config;
  }
  Fields fields(context.reader, node, std::string(name), fmt::format("{}: {{probability: 30%, words: [okay, right]}}", name));
  if (const auto* probability = fields.get("probability")) config.probability = context.reader.ratio(*probability, "probability").value_or(config.probability);
  config.least = fields.duration("at_least").value_or(config.least);
  config.most = fields.duration("at_most").value_or(std::max(config.most, config.least));
  config.words = fields.texts("words").value_or(std::vector<std::string>{});
  fields.finish();
  return config;
}

std::optional<audio::VoiceSettings> read_detector(ReadContext& context, const Node& node) {
  const auto engine = context.reader.choice(node, "detector", {"energy", "webrtc", "silero"});
  if (!engine) return std::nullopt;
  return audio::VoiceSettings{.engine = audio::voice_engine_from(*engine)};
}

// Beside `hear:` of one voice: `{pocketsphinx: {phrases: […]}}`.
}  // namespace

std::optional<Greeting> read_greeting(ReadContext& context, const Node& node) {
  if (node.is_scalar() && node.text == "none") return Greeting{Duration::zero()};
  if (node.is_scalar() && node.text == "wait") return Greeting{};
  if (const auto longest = context.reader.duration(node, "greeting")) return Greeting{*longest};
  context.reader.problems().back().hint = "write it as `greeting: wait`, `none` or the longest wait: `2s`";
  return std::nullopt;
}

std::string read_sound_path(ReadContext& context, const Node& node, const std::string& text) {
  if (text.empty()) context.reader.report(node, "no file is named", "name a recording, such as `calls/angry.wav`, relative to this file");
  return text.empty() || text.find("://") != std::string::npos ? text : resolve_path(node, text);
}

std::optional<std::vector<VoiceEffect>> read_effects(ReadContext& context, const Node& node) {
  std::vector<VoiceEffect> effects;
  if (!node.is_sequence()) {
    context.reader.report(node, "effects are a list", "write them as `effects: [phone_quality]`");
    return std::nullopt;
  }
  for (const auto& item : node.items)
    if (auto effect = read_effect(context, item)) effects.push_back(*std::move(effect));
  return effects;
}

VoiceChoice read_voice_choice(ReadContext& context, const Node& node) {
  if (node.is_scalar()) return VoiceChoice(context.reader.text(node, "voice").value_or(""));
  Fields fields(context.reader, node, "a voice", "{voice: hibari/low, speed: 1.1}");
  return read_voice_fields(context.reader, fields, "");
}

EarChoice read_ear_choice(ReadContext& context, const Node& node) {
  if (node.is_scalar()) return EarChoice(context.reader.text(node, "hear").value_or(""));
  return read_ear_mapping(context.reader, node, "", "{recogniser: moonshine}");
}

VoiceOptions read_voice(ReadContext& context, const Node& node) {
  VoiceOptions options;
  if (node.is_scalar()) {
    options.user = read_voice_choice(context, node);
    return options;
  }
  Fields fields(context.reader, node, "voice", "voice: {user: hibari/low, effects: [phone_quality]}");
  if (const auto* user = fields.get("user")) options.user = read_voice_choice(context, *user);
  if (const auto* hear = fields.get("hear")) options.hear = read_ear_choice(context, *hear);
  if (const auto* effects = fields.get("effects")) options.effects = read_effects(context, *effects);
  if (const auto* detector = fields.get("detector")) options.detector = read_detector(context, *detector);
  if (const auto* greeting = fields.get("greeting")) options.greeting = read_greeting(context, *greeting);
  if (const auto* interruptions = fields.get("interruptions")) options.interruptions = read_interruptions(context, *interruptions);
  options.tail_silence = fields.duration("tail_silence");
  options.response_timeout = fields.duration("response_timeout");
  options.response_max_duration = fields.duration("response_max_duration");
  if (const auto* sounds = fields.get("backchannels")) options.backchannels = read_interjections(context, *sounds, "backchannels");
  if (const auto* sounds = fields.get("hesitations")) options.hesitations = read_interjections(context, *sounds, "hesitations");
  fields.finish();
  return options;
}

namespace {

std::optional<LatencyDistribution> read_recorded_latency(ReadContext& context, const Node& list) {
  std::vector<Duration> times;
  for (const auto& each : list.items)
    if (const auto time = context.reader.duration(each, "latency")) times.push_back(*time);
  if (list.items.empty()) context.reader.report(list, "an empty list of latencies", "write those that were recorded: [180ms, 240ms, 900ms]");
  return times.empty() ? std::nullopt : std::optional(LatencyDistribution::of_recorded(std::move(times)));
}

std::optional<LatencyDistribution> read_latency(ReadContext& context, const Node& node) {
  if (node.is_scalar()) return context.reader.duration(node, "latency");
  if (node.is_sequence()) return read_recorded_latency(context, node);
  Fields fields(context.reader, node, "latency", "recognise: {p50: 120ms, p95: 300ms}");
  fields.require("p50", "p50: 120ms");
  const auto p50 = fields.duration("p50");
  const auto p95 = fields.duration("p95");
  fields.finish();
  if (!p50) return std::nullopt;
  if (p95 && *p95 < *p50) context.reader.report(*node.find("p95"), "p95 is below p50", "swap them");
  return LatencyDistribution(*p50, p95.value_or(*p50));
}

}  // namespace

ParticipantSpec read_composed(ReadContext& context, const Node& node) {
  if (node.is_scalar() && node.text == "elevenlabs") return elevenlabs_voice_agent();
  Fields fields(context.reader, node, "a composed agent", "composed: {model: rules/desk.rules.yaml}");
  ComposedAgentOptions options;
  if (const auto* agent = fields.get("agent")) options.brain = read_agent(context, *agent);
  auto model = read_model_keys(context, fields);
  auto system = fields.text("system").value_or("");
  const bool has_model = node.find("model") != nullptr, has_agent = node.find("agent") != nullptr;
  const auto* preset = fields.get("preset");
  if (preset) context.reader.choice(*preset, "preset", {"elevenlabs"});
  if (has_model ? has_agent : !has_agent && !preset)
    context.reader.report(node, "a composed agent needs one thing that finds its words", "give it `model: provider/name`, or `agent:` with any agent by text");
  if (preset && !has_model) model.model = elevenlabs_model, system = system.empty() ? elevenlabs_system : std::move(system);
  if (has_model || (preset && !has_agent)) options.brain = model_agent({.model = std::move(model), .system = std::move(system)});
  if (const auto* hear = fields.get("hear")) options.ear = read_ear_choice(context, *hear);
  if (const auto* voice = fields.get("voice")) options.voice = read_voice_choice(context, *voice);
  options.greeting = fields.text("greeting").value_or("");
  options.endpointing = fields.duration("endpointing").value_or(options.endpointing);
  options.streaming = fields.boolean("streaming").value_or(false);
  options.barge_in = fields.boolean("barge_in").value_or(true);
  options.barge_in_after = fields.duration("barge_in_after").value_or(options.barge_in_after);
  if (const auto* backchannel = fields.get("backchannel"))
    if (context.reader.choice(*backchannel, "backchannel", {"interrupt", "ignore"}) == "ignore") options.backchannel = BackchannelPolicy::ignore;
  if (const auto* latency = fields.get("latency")) {
    Fields parts(context.reader, *latency, "latency", "latency: {recognise: 120ms, think: 300ms, speak: 120ms}");
    const auto read = [&](std::string_view key, LatencyDistribution& part) {
      const auto* node = parts.get(key);
      if (auto given = node ? read_latency(context, *node) : std::nullopt) part = *std::move(given);
    };
    read("recognise", options.latency.recognise);
    read("think", options.latency.think);
    read("speak", options.latency.speak);
    parts.finish();
  }
  fields.finish();
  if (preset) options = elevenlabs_preset(std::move(options));
  if (!options.brain) return {};
  if (options.brain.voice()) {
    context.reader.report(node, "a composed agent is made around an agent by text, and this one is spoken to already", "name that one itself");
    return {};
  }
  return composed_agent(std::move(options));
}

}  // namespace antiphon::suite
