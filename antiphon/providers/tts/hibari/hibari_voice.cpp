#include "antiphon/providers/tts/hibari/hibari_voice.hpp"

#include <array>
#include <filesystem>
#include <mutex>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/model_files.hpp"
#include "antiphon/base/random.hpp"
#include "antiphon/providers/llm/cassette/call_text.hpp"
#include "antiphon/providers/tts/local_voice.hpp"
#include "antiphon/providers/tts/text/readings.hpp"

namespace antiphon::hibari {

namespace {

constexpr const char* install = "install it: make speech (tools/get-speech.sh), then build again";
constexpr const char* network_file = "hibari.onnx";
constexpr std::array<const char*, 4> files = {network_file, "vocab.json", "lexicon_us_gold.json.gz", "lexicon_us_silver.json.gz"};
/// Of hibari-tts 0.2.1: the runtime is never handed anything else.
constexpr const char* network_sha256 = "5f70741d4e900f4e85d0037498736cc1b3e1b9a63a13546a5da1e63abf4fccd8";

constexpr std::array<Speaker, 5> speakers = {{
    {.pitch = 1, .tract = 1, .speed = 1},
    {.pitch = 0.6F, .tract = 0.87F, .speed = 1},
    {.pitch = 0.55F, .tract = 0.84F, .speed = 0.95F},
    {.pitch = 0.8F, .tract = 0.93F, .speed = 1},
    {.pitch = 1.25F, .tract = 1.1F, .speed = 1.05F},
}};

std::string path_in(const std::string& folder, const char* file) { return (std::filesystem::path(folder) / file).string(); }

std::string installed_folder() {
  if (!Network::is_built_in()) throw Error(ErrorKind::configuration, "the voice hibari needs a neural runtime, which this build has not").with_hint(install);
  const auto folder = find_model_folder("hibari");
  if (!folder) throw Error(ErrorKind::configuration, "the voice hibari is not installed").with_hint(install);
  std::error_code error;
  for (const auto* file : files)
    if (!std::filesystem::is_regular_file(path_in(*folder, file), error))
      throw Error(ErrorKind::configuration, fmt::format("the voice hibari lacks {}", path_in(*folder, file))).with_hint(install);
  return *folder;
}

std::string checked_network(const std::string& folder) {
  auto bytes = read_file(path_in(folder, network_file));
  if (sha256_hex(bytes) != network_sha256)
    throw Error(ErrorKind::configuration, fmt::format("{} is damaged, or of another version", path_in(folder, network_file))).with_hint(install);
  return bytes;
}

std::string lexicon_text(const std::string& folder, const char* file) { return unzipped(read_file(path_in(folder, file)), path_in(folder, file)); }

std::string name_of(const VoiceChoice& choice) {
  const auto slash = choice.voice.find('/');
  return slash == std::string::npos ? voices().front() : choice.voice.substr(slash + 1);
}

const Speaker& speaker_called(const std::string& name) {
  for (std::size_t i = 0; i < voices().size(); ++i)
    if (voices()[i] == name) return speakers.at(i);
  if (!name.empty()) check_voice_name("hibari", name, voices());
  return speakers.front();
}

void check(const VoiceChoice& choice) {
  check_voice_name("hibari", name_of(choice), voices());
  installed_folder();
  Network::require_runtime();  // now, so that `auto` can take another voice, and nobody learns of it in the middle of a call
}

}  // namespace

std::span<const std::string> voices() {
  static const std::array<std::string, 5> names = {"heart", "low", "lower", "mid", "high"};
  return names;
}

Hibari::Hibari(const std::string& folder)
    : lexicon_(lexicon_text(folder, files[2]), lexicon_text(folder, files[3])),
      ids_(read_file(path_in(folder, files[1]))),
      network_(Network::open(checked_network(folder))) {}

std::string Hibari::phonemes(const std::string& piece) const {
  const auto is_word = [this](const std::string& word) { return !lexicon_.sounds_of(word).empty(); };
  return phonemes_of(flite::analysed(spoken::with_capitals_spelled(spoken::with_readings(piece), is_word)), lexicon_);
}

audio::Samples Hibari::say(const std::string& piece, const std::string& voice, double speed) const {
  const auto& speaker = speaker_called(voice);
  const std::array<std::string_view, 3> key = {"hibari", voice, piece};
  auto seed = mix_seed(0, key);
  audio::Samples all;
  for (const auto& ids : ids_.of(phonemes(piece))) {
    const auto part = synthesised(network_->run(ids, speaker.speed * static_cast<float>(speed)), speaker, seed++);
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

std::shared_ptr<const Hibari> Hibari::shared() {
  const auto folder = installed_folder();
  Network::require_runtime();  // before `one` exists, so that at the end of the process the runtime is there until the network is gone
  static std::mutex mutex;
  static std::shared_ptr<const Hibari> one;
  const std::lock_guard lock(mutex);
  if (!one) one = std::make_shared<const Hibari>(folder);
  return one;
}

SpeechRegistry::VoiceProvider provider() {
  return {.make = [](const VoiceChoice& choice, const SpeechContext& context) -> std::unique_ptr<TextToSpeech> {
            check(choice);
            auto speak = [hibari = Hibari::shared()](const std::string& piece, const SpeechRequest& how) { return hibari->say(piece, how.voice, how.speed); };
            return std::make_unique<LocalVoice>("hibari", context.runtime, std::move(speak), choice.lexicon);
          },
          .check = check,
          .waits_on_clock_alone = true};
}

}  // namespace antiphon::hibari
