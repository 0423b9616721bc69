#include "antiphon/providers/stt/moonshine/moonshine.hpp"

#include <algorithm>
#include <map>
#include <mutex>

#include <fmt/format.h>

#include "antiphon/audio/resample.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/providers/stt/local/local_recogniser.hpp"
#include "antiphon/providers/stt/local/speech_spans.hpp"

namespace antiphon::moonshine {

namespace {

constexpr int rate_hz = 16000;

class Decoder final : public stt::LocalDecoder {
 public:
  explicit Decoder(std::shared_ptr<const Model> model) : model_(std::move(model)) {}

  Recognition decode(audio::SampleView piece, Duration speech) override {
    if (stt::is_steady(piece)) return {};
    const auto samples = audio::resample(piece, audio::canonical_rate_hz, rate_hz);
    std::vector<float> scaled(samples.size());
    std::transform(samples.begin(), samples.end(), scaled.begin(), [](audio::Sample sample) { return static_cast<float>(sample) / 32768.0F; });
    return {.text = stt::plausible_text(model_->decode(scaled), speech)};
  }

 private:
  std::shared_ptr<const Model> model_;
};

void check_choice(const EarChoice& choice) {
  if (!choice.language.empty() && !lower(choice.language).starts_with("en"))
    throw Error(ErrorKind::configuration, fmt::format("the recogniser {} understands English, not {}", choice.recogniser, quote(choice.language)))
        .with_hint("name a vendor's recogniser for other languages");
  stt::read_stream_settings(choice.extra);
}

std::string folder_of(const EarChoice& choice) {
  const auto slash = choice.recogniser.find('/');
  if (slash == std::string::npos || slash + 1 == choice.recogniser.size())
    throw Error(ErrorKind::configuration, "`sherpa` needs a folder: sherpa/DIR")
        .with_hint("it holds encoder_model.ort, decoder_model_merged.ort and tokens.txt");
  return choice.recogniser.substr(slash + 1);
}

std::shared_ptr<const Model> model_in(const std::string& folder) {
  require_runtime();  // before `models` exists, so that at the end of the process the runtime is there until they are gone
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<const Model>> models;
  const std::lock_guard lock(mutex);
  auto& model = models[folder];
  if (!model) model = std::make_shared<const Model>(folder, false);
  return model;
}

std::unique_ptr<SpeechToText> listen(std::string name, std::function<std::shared_ptr<const Model>()> model, Runtime& runtime) {
  const RecognitionCapabilities capabilities{.streaming = true, .partials = true, .waits_on_clock_alone = true};
  return std::make_unique<stt::LocalRecogniser>(std::move(name), capabilities, runtime,
                                                [model = std::move(model)](const RecognitionSettings&) { return std::make_shared<Decoder>(model()); });
}

}  // namespace

SpeechRegistry::EarProvider provider() {
  const auto check = [](const EarChoice& choice) {
    check_choice(choice);
    if (choice.recogniser != "moonshine" && choice.recogniser != "moonshine/tiny-en")
      throw Error(ErrorKind::configuration, fmt::format("there is no recogniser called '{}'", choice.recogniser)).with_hint("Moonshine's is moonshine/tiny-en");
    check_installed();
  };
  return {.make =
              [check](const EarChoice& choice, const SpeechContext& context) {
                check(choice);
                return listen("moonshine/tiny-en", installed_model, context.runtime);
              },
          .check = check,
          .waits_on_clock_alone = true};
}

SpeechRegistry::EarProvider folder_provider() {
  const auto check = [](const EarChoice& choice) {
    check_choice(choice);
    const auto folder = folder_of(choice);
    if (!is_built_in()) throw Error(ErrorKind::configuration, "this program was built without the neural runtime, so `sherpa/DIR` cannot be used");
    require_model_in(folder);
    require_runtime();
  };
  return {.make =
              [check](const EarChoice& choice, const SpeechContext& context) {
                check(choice);
                const auto folder = folder_of(choice);
                return listen(choice.recogniser, [folder] { return model_in(folder); }, context.runtime);
              },
          .check = check,
          .waits_on_clock_alone = true};
}

}  // namespace antiphon::moonshine
