#include "antiphon/providers/tts/flite/flite_voice.hpp"

#include <array>

#include <flite/flite.h>

#include "antiphon/audio/resample.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/random.hpp"
#include "antiphon/providers/tts/flite/library.hpp"
#include "antiphon/providers/tts/local_voice.hpp"

extern "C" {  // flite's headers leave these out
cst_voice* register_cmu_us_slt(const char*);
cst_voice* register_cmu_us_rms(const char*);
cst_voice* register_cmu_us_kal16(const char*);
cst_voice* register_cmu_us_awb(const char*);
}

namespace antiphon::flite {

namespace {

struct Voice {
  cst_voice* voice;
  float usual_stretch;
};

Voice ready(cst_voice* voice) { return {voice, get_param_float(voice->features, "duration_stretch", 1.0F)}; }

/// Made at the first call, within a session.
const Voice& voice_at(std::size_t index) {
  static const std::array<Voice, 4> all = {ready(register_cmu_us_slt(nullptr)), ready(register_cmu_us_rms(nullptr)), ready(register_cmu_us_kal16(nullptr)),
                                           ready(register_cmu_us_awb(nullptr))};
  return all.at(index);
}

std::size_t index_of(const std::string& name) {
  if (name.empty()) return 0;
  for (std::size_t i = 0; i < voices().size(); ++i)
    if (voices()[i] == name) return i;
  check_voice_name("flite", name, voices());
  return 0;
}

struct WaveDeleter {
  void operator()(cst_wave* wave) const { delete_wave(wave); }
};

std::string name_of(const VoiceChoice& choice) {
  const auto slash = choice.voice.find('/');
  return slash == std::string::npos ? std::string() : choice.voice.substr(slash + 1);
}

void check(const VoiceChoice& choice) {
  if (choice.voice.find('/') != std::string::npos) check_voice_name("flite", name_of(choice), voices());
}

}  // namespace

std::span<const std::string> voices() {
  static const std::array<std::string, 4> names = {"slt", "rms", "kal16", "awb"};
  return names;
}

audio::Samples say(const std::string& piece, const std::string& voice, double speed) {
  const auto index = index_of(voice);
  const std::array<std::string_view, 3> key = {"flite", voices()[index], piece};
  std::unique_ptr<cst_wave, WaveDeleter> wave;
  {
    const Session session(mix_seed(0, key));
    const auto& [speaker, usual_stretch] = voice_at(index);
    feat_set_float(speaker->features, "duration_stretch", usual_stretch / static_cast<float>(speed));
    wave.reset(flite_text_to_wave(piece.c_str(), speaker));
  }
  if (!wave || wave->num_samples <= 0) return {};
  const audio::SampleView samples(wave->samples, static_cast<std::size_t>(wave->num_samples));
  return audio::resample(samples, wave->sample_rate, audio::canonical_rate_hz);
}

SpeechRegistry::VoiceProvider provider() {
  return {.make = [](const VoiceChoice& choice, const SpeechContext& context) -> std::unique_ptr<TextToSpeech> {
            check(choice);
            const auto speak = [](const std::string& piece, const SpeechRequest& how) { return say(spoken::with_readings(piece), how.voice, how.speed); };
            return std::make_unique<LocalVoice>("flite", context.runtime, speak, choice.lexicon);
          },
          .check = check,
          .waits_on_clock_alone = true};
}

}  // namespace antiphon::flite
