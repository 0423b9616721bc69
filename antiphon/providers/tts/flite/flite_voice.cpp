#include "antiphon/providers/tts/flite/flite_voice.hpp"

#include <array>
#include <optional>

#include <flite/flite.h>

#include "antiphon/audio/resample.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/random.hpp"
#include "antiphon/base/shared_library.hpp"
#include "antiphon/providers/tts/flite/library.hpp"
#include "antiphon/providers/tts/local_voice.hpp"

namespace antiphon::flite {

namespace {

struct Voice {
  cst_voice* voice;
  float usual_stretch;
};

/// Their libraries are full of pointers, which the loader has to visit: linked, they would take 5 MB of every process.
Voice loaded(const std::string& name) {
  const SharedLibrary library("libflite_cmu_us_" + name + ".so.1",
                              {.what = "the voice flite/" + name, .remedy = "install flite's libraries: apt-get install libflite1"});
  auto* voice = library.function<cst_voice*(const char*)>(("register_cmu_us_" + name).c_str())(nullptr);
  return {voice, get_param_float(voice->features, "duration_stretch", 1.0F)};
}

/// Made at the first call, or earlier by `check`; always within a session, which is why they need no lock of their own.
const Voice& voice_at(std::size_t index) {
  static std::array<std::optional<Voice>, 4> all;
  auto& voice = all.at(index);
  if (!voice) voice = loaded(voices()[index]);
  return *voice;
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
  const auto index = index_of(name_of(choice));
  const Session session(0);
  voice_at(index);
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
