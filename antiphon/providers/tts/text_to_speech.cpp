#include "antiphon/providers/tts/text_to_speech.hpp"

namespace antiphon {
namespace {

class WholeSpeech final : public SpeechStream {
 public:
  explicit WholeSpeech(audio::Samples samples) : samples_(std::move(samples)) {}

  Task<std::optional<audio::Samples>> next(Deadline) override {
    if (samples_.empty()) co_return std::nullopt;
    co_return std::exchange(samples_, {});
  }

 private:
  audio::Samples samples_;
};

}  // namespace

Task<audio::Samples> synthesize_whole(TextToSpeech& voice, SpeechRequest request, Deadline deadline) {
  auto stream = co_await voice.synthesize(std::move(request), deadline);
  audio::Samples whole;
  while (auto piece = co_await stream->next(deadline)) whole.insert(whole.end(), piece->begin(), piece->end());
  co_return whole;
}

std::unique_ptr<SpeechStream> speech_of(audio::Samples samples) { return std::make_unique<WholeSpeech>(std::move(samples)); }

}  // namespace antiphon
