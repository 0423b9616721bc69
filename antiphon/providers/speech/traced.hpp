#pragma once

#include <memory>

#include "antiphon/providers/stt/speech_to_text.hpp"
#include "antiphon/providers/tts/text_to_speech.hpp"
#include "antiphon/trace/recorder.hpp"

namespace antiphon {

/// Records every call as a span: who was asked, how long the sound is, whether it failed. Neither text nor sound is in it.
class TracedVoice final : public TextToSpeech {
 public:
  TracedVoice(std::unique_ptr<TextToSpeech> inner, std::shared_ptr<const trace::Scope> spans) : inner_(std::move(inner)), spans_(std::move(spans)) {}

  Task<std::unique_ptr<SpeechStream>> synthesize(SpeechRequest request, Deadline deadline) override;
  const SpeechCapabilities& capabilities() const override { return inner_->capabilities(); }
  const std::string& name() const override { return inner_->name(); }

 private:
  std::unique_ptr<TextToSpeech> inner_;
  std::shared_ptr<const trace::Scope> spans_;
};

class TracedEar final : public SpeechToText {
 public:
  TracedEar(std::unique_ptr<SpeechToText> inner, std::shared_ptr<const trace::Scope> spans) : inner_(std::move(inner)), spans_(std::move(spans)) {}

  Task<Recognition> transcribe(audio::Samples samples, RecognitionSettings settings, Deadline deadline) override;
  /// Its span lasts until the stream is open.
  Task<std::unique_ptr<RecognitionStream>> open(RecognitionSettings settings, Deadline deadline) override;
  const RecognitionCapabilities& capabilities() const override { return inner_->capabilities(); }
  const std::string& name() const override { return inner_->name(); }

 private:
  std::unique_ptr<SpeechToText> inner_;
  std::shared_ptr<const trace::Scope> spans_;
};

}  // namespace antiphon
