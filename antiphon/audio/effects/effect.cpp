#include "antiphon/audio/effects/effect.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "antiphon/audio/effects/internal/values.hpp"
#include "antiphon/audio/file.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::audio {

namespace {

struct Entry {
  EffectDescription description;
  effects::Function function;
};

EffectParameter number(std::string_view name, std::string_view meaning, std::string_view unit, double lowest, double highest, std::optional<double> usual) {
  return {.name = name, .meaning = meaning, .unit = unit, .lowest = lowest, .highest = highest, .usual = usual};
}
EffectParameter choice(std::string_view name, std::string_view meaning, std::vector<std::string_view> choices) {
  return {.name = name, .meaning = meaning, .choices = std::move(choices)};
}
EffectParameter file(std::string_view meaning) { return {.name = "file", .meaning = meaning, .is_file = true}; }

std::vector<Entry> make_entries() {
  const auto volume = number("volume", "how loud, where 1 is as loud as speech (-23 dBFS)", "", 0, 1, 0.3);
  const auto snr = number("snr_db", "how far below the speech it lies; instead of `volume`", "dB", -20, 60, std::nullopt);
  return {
      {{"background_noise",
        "a place around the caller",
        "background_noise",
        true,
        {choice("kind", "which place", {"cafe", "street", "office", "airport", "babble"}), file("a recording instead of `kind`, repeated"), volume, snr},
        true},
       effects::background_noise},
      {{"clipping", "a microphone that is overdriven: peaks are cut off", "", true, {number("threshold_db", "where they are cut", "dBFS", -60, 0, -12)}},
       effects::clipping},
      {{"crackle",
        "a bad contact: clicks at random times",
        "",
        true,
        {number("per_second", "how many, on average", "1/s", 0, 200, 8), number("intensity", "the highest, as a share of full scale", "", 0, 1, 0.3)},
        true},
       effects::crackle},
      {{"double_talk",
        "somebody else speaks at the same time",
        "multiple_voices",
        true,
        {file("a recording of them, repeated; without one a computed voice, whose sounds are no words"), volume, snr},
        true},
       effects::double_talk},
      {{"dropout",
        "pieces are missing",
        "breaking_up",
        true,
        {number("probability", "that a piece is missing", "", 0, 1, 0.2), number("length_ms", "of a piece", "ms", 10, 2000, 100)}},
       effects::dropout},
      {{"echo",
        "the line sends back what was said",
        "echo",
        true,
        {number("delay_ms", "until it comes back", "ms", 1, 2000, 200), number("gain", "how loud", "", 0, 1, 0.5),
         number("feedback", "how much of an echo is sent back again", "", 0, 0.9, 0)}},
       effects::echo},
      {{"jitter",
        "packets come late; what is later than the buffer allows is replaced by what was before",
        "",
        true,
        {number("spread_ms", "standard deviation of their delay", "ms", 0, 500, 30), number("buffer_ms", "what the receiver waits", "ms", 0, 500, 40)}},
       effects::jitter},
      {{"low_bandwidth", "Opus at a low bit rate", "low_quality", true, {number("bit_rate", "on average", "bit/s", 6000, 64000, 8000)}},
       effects::low_bandwidth},
      {{"muffled",
        "a hand over the microphone: highs are missing",
        "",
        true,
        {number("cutoff_hz", "above it 24 dB per octave are lost", "Hz", 200, 8000, 1000)}},
       effects::muffled},
      {{"packet_loss",
        "packets are lost",
        "packet_loss",
        true,
        {number("rate", "the share that is lost", "", 0, 1, 0.05), number("burst", "how much losses cling together; 0: not at all", "", 0, 0.95, 0),
         number("frame_ms", "what a packet holds (with `opus`: 20)", "ms", 5, 120, 20),
         choice("concealment", "what is heard instead", {"silence", "repeat", "opus"})}},
       effects::packet_loss},
      {{"phone_quality", "a telephone line: 300 to 3,400 Hz at 8 kHz, G.711 and back", "phone_quality", true, {choice("law", "of G.711", {"mulaw", "alaw"})}},
       effects::phone_quality},
      {{"pitch", "a higher or lower voice, as fast as before", "", true, {number("semitones", "up, or down below 0", "", -12, 12, 3)}}, effects::pitch},
      {{"reverb",
        "a room with hard walls",
        "",
        true,
        {number("decay_s", "until it is 60 dB lower", "s", 0.05, 5, 0.6), number("mix", "share of the room in what is heard", "", 0, 1, 0.3)}},
       effects::reverb},
      {{"robotic", "a metallic voice: multiplied by a sine", "robotic", true, {number("frequency_hz", "of the sine", "Hz", 20, 1000, 100)}}, effects::robotic},
      {{"speed",
        "faster or slower speech with its pitch kept",
        "speaking_fast, speaking_slow",
        false,
        {number("factor", "1 changes nothing", "", 0.5, 2, 1.3)}},
       effects::speed},
      {{"static", "hiss: white noise", "static", true, {number("intensity", "the highest, as a share of full scale", "", 0, 1, 0.05)}, true},
       effects::static_noise},
      {{"volume",
        "louder or quieter; what passes full scale is clipped",
        "low_volume, high_volume",
        true,
        {number("gain_db", "louder, or quieter below 0", "dB", -60, 40, -6)}},
       effects::volume},
  };
}

const std::vector<Entry>& entries() {
  static const auto list = make_entries();
  return list;
}

const Entry* find_entry(std::string_view name) {
  const auto found = std::ranges::find(entries(), name, [](const Entry& entry) { return entry.description.name; });
  return found == entries().end() ? nullptr : &*found;
}

[[noreturn]] void refuse(std::string why) { throw Error(ErrorKind::configuration, std::move(why)); }

std::string names_of(const auto& list, const auto& name_of) {
  std::vector<std::string> names;
  for (const auto& each : list) names.emplace_back(name_of(each));
  return join(names, ", ");
}

const Entry& require_entry(std::string_view name) {
  if (const auto* entry = find_entry(name)) return *entry;
  refuse(fmt::format("there is no effect {}: {}", quote(name), names_of(entries(), [](const Entry& entry) { return entry.description.name; })));
}

enum class Wanted { number, word };

const EffectParameter& require_parameter(const EffectDescription& effect, std::string_view name, Wanted wanted) {
  const auto found = std::ranges::find(effect.parameters, name, &EffectParameter::name);
  if (found == effect.parameters.end())
    refuse(
        fmt::format("the effect {} has no setting {}: {}", effect.name, quote(name), names_of(effect.parameters, [](const auto& each) { return each.name; })));
  const bool is_number = found->choices.empty() && !found->is_file;
  if (is_number != (wanted == Wanted::number))
    refuse(fmt::format("{} of the effect {} is a {}", name, effect.name, is_number ? "number" : found->is_file ? "file" : "word"));
  return *found;
}

void check_number(const EffectDescription& effect, const EffectParameter& parameter, double value) {
  if (value >= parameter.lowest && value <= parameter.highest) return;
  refuse(fmt::format("{} of the effect {} is {} to {}{}{}, not {}", parameter.name, effect.name, parameter.lowest, parameter.highest,
                     parameter.unit.empty() ? "" : " ", parameter.unit, value));
}

effects::Values usual_values(const EffectDescription& effect) {
  effects::Values values;
  for (const auto& parameter : effect.parameters) {
    if (!parameter.choices.empty()) values.words.emplace(parameter.name, parameter.choices.front());
    if (parameter.usual) values.numbers.emplace(parameter.name, *parameter.usual);
  }
  return values;
}

effects::Values complete(const EffectDescription& effect, const EffectSettings& settings) {
  auto values = usual_values(effect);
  for (const auto& [name, value] : settings.numbers) {
    check_number(effect, require_parameter(effect, name, Wanted::number), value);
    values.numbers[name] = value;
  }
  for (const auto& [name, word] : settings.words) {
    const auto& parameter = require_parameter(effect, name, Wanted::word);
    if (parameter.is_file) {
      values.file = share_audio_file(word);
      continue;
    }
    if (std::ranges::find(parameter.choices, word) == parameter.choices.end())
      refuse(fmt::format("{} of the effect {} is one of {}, not {}", name, effect.name, fmt::join(parameter.choices, ", "), quote(word)));
    values.words[name] = word;
  }
  if (settings.numbers.contains("volume") && settings.numbers.contains("snr_db"))
    refuse(fmt::format("the effect {} takes volume or snr_db, not both", effect.name));
  if (settings.words.contains("kind") && settings.words.contains("file")) refuse(fmt::format("the effect {} takes kind or file, not both", effect.name));
  return values;
}

}  // namespace

std::span<const EffectDescription> effect_descriptions() {
  static const auto list = [] {
    std::vector<EffectDescription> descriptions;
    for (const auto& entry : entries()) descriptions.push_back(entry.description);
    return descriptions;
  }();
  return list;
}

const EffectDescription* find_effect(std::string_view name) {
  const auto* entry = find_entry(name);
  return entry ? &entry->description : nullptr;
}

Effect make_effect(std::string_view name, const EffectSettings& settings) {
  const auto& entry = require_entry(name);
  return [function = entry.function, values = std::make_shared<const effects::Values>(complete(entry.description, settings))](
             SampleView samples, RandomStream& random) { return samples.empty() ? Samples{} : function(samples, *values, random); };
}

NoiseSource make_line_noise(const EffectSettings& settings, RandomStream& random) {
  return effects::line_noise(complete(require_entry("background_noise").description, settings), random);
}

Samples apply_effects(std::span<const Effect> effects, SampleView samples, RandomStream& random) {
  Samples heard(samples.begin(), samples.end());
  for (const auto& effect : effects) heard = effect(heard, random);
  return heard;
}

}  // namespace antiphon::audio
