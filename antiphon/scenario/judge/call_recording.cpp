#include "antiphon/scenario/judge/call_recording.hpp"

#include "antiphon/audio/file.hpp"
#include "antiphon/audio/resample.hpp"
#include "antiphon/base/base64.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon {

namespace {

constexpr int rate_hz = 16'000;
constexpr std::size_t most_samples = std::size_t{audio::canonical_rate_hz} * 600;

}  // namespace

bool model_hears(std::string_view name) {
  const auto small = lower(name);
  return small.starts_with("gemini/") || small.find("audio") != std::string::npos;
}

Message with_recording(std::string text, audio::Samples recording) {
  if (recording.size() > most_samples) {
    recording.erase(recording.begin(), recording.end() - static_cast<std::ptrdiff_t>(most_samples));
    text += "\n(The recording is of the last ten minutes.)";
  }
  const auto wav = audio::encode_audio_file(audio::resample(recording, audio::canonical_rate_hz, rate_hz), audio::FileKind::wav, 1, rate_hz);
  const json::object words{{"type", "text"}, {"text", text}};
  const json::object sound{{"type", "input_audio"}, {"input_audio", json::object{{"data", encode_base64(wav)}, {"format", "wav"}}}};
  return Message(json::object{{"role", "user"}, {"content", json::array{words, sound}}});
}

}  // namespace antiphon
