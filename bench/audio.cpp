// How many times faster than real time each effect, codec and detector works, on one thread, over a minute of speech.
#include <functional>

#include "antiphon/audio/dtmf.hpp"
#include "antiphon/audio/echo_canceller.hpp"
#include "antiphon/audio/effects/effect.hpp"
#include "antiphon/audio/file.hpp"
#include "antiphon/audio/g711.hpp"
#include "antiphon/audio/levels.hpp"
#include "antiphon/audio/opus.hpp"
#include "antiphon/audio/resample.hpp"
#include "antiphon/audio/testing/signals.hpp"
#include "antiphon/audio/vad/silero.hpp"
#include "antiphon/audio/vad/voice_activity.hpp"
#include "bench/measure.hpp"

namespace {

using namespace antiphon;
using namespace antiphon::audio;

constexpr double seconds = 60;

void measure(std::string_view what, const std::function<void()>& work, std::string_view limit = "1,000 at least") {
  work();  // tables and noise are made once
  const bench::Meter meter;
  int rounds = 0;
  do {
    work();
    ++rounds;
  } while (meter.cpu_s() < 0.2);
  bench::report(fmt::format("audio: {}, times real time", what), fmt::format("{:.0f}", seconds * rounds / meter.cpu_s()), limit);
}

void measure_effects(const Samples& speech) {
  for (const auto& description : effect_descriptions()) {
    const auto effect = make_effect(description.name);
    measure(description.name, [&] {
      RandomStream random(1);
      effect(speech, random);
    });
  }
  const auto concealed = make_effect("packet_loss", {.words = {{"concealment", "opus"}}});
  measure("packet_loss with concealment by Opus", [&] {
    RandomStream random(1);
    concealed(speech, random);
  });
}

void measure_codecs(const Samples& speech) {
  measure("mu-law both ways", [&] { decode_mulaw(encode_mulaw(speech)); });
  measure("A-law both ways", [&] { decode_alaw(encode_alaw(speech)); });
  measure("24 to 8 kHz", [&] { resample(speech, 24000, 8000); });
  measure("8 to 24 kHz", [&] { resample(SampleView(speech).first(speech.size() / 3), 8000, 24000); });
  OpusPacker packer({.bit_rate = 48000, .complexity = 0, .low_delay = true});
  std::vector<std::string> packets;
  measure("Opus encoder as lines have it, 48 kbit/s", [&] {
    packets.clear();
    for (std::size_t i = 0; i + 480 <= speech.size(); i += 480) packets.push_back(packer.encode(SampleView(speech).subspan(i, 480)));
  });
  OpusUnpacker unpacker;
  measure("Opus decoder", [&] {
    for (const auto& packet : packets) unpacker.decode(packet);
  });
  const auto flac = encode_audio_file(speech, FileKind::flac), mp3 = encode_audio_file(speech, FileKind::mp3);
  measure("reading FLAC", [&] { decode_audio_file(flac, "speech"); });
  measure("reading MP3", [&] { decode_audio_file(mp3, "speech"); });
}

void measure_detectors(const Samples& speech) {
  const auto detect = [&](const VoiceSettings& settings) {
    VoiceActivity activity(settings);
    for (std::size_t i = 0; i + 480 <= speech.size(); i += 480) activity.feed(SampleView(speech).subspan(i, 480));
  };
  measure("voice by energy", [&] { detect({}); });
  measure("voice by WebRTC", [&] { detect({.engine = VoiceEngine::webrtc}); });
  if (silero_is_installed()) measure("voice by Silero", [&] { detect({.engine = VoiceEngine::silero}); });
  measure(
      "echo of a room taken out",
      [&] {
        EchoCanceller canceller;
        auto microphone = speech;
        for (std::size_t i = 0; i + EchoCanceller::block <= speech.size(); i += EchoCanceller::block)
          canceller.process(SampleView(speech).subspan(i, EchoCanceller::block), std::span(microphone).subspan(i, EchoCanceller::block));
      },
      "");
  measure("keys", [&] { DtmfDetector().feed(speech); });
  measure("loudness", [&] { loudness_lufs(speech); });
}

}  // namespace

int main() {
  const auto speech = antiphon::audio::testing::speech(seconds);
  measure_effects(speech);
  measure_codecs(speech);
  measure_detectors(speech);
}
