#pragma once

#include <memory>
#include <string>

#include "antiphon/providers/speech/call_tape.hpp"
#include "antiphon/providers/stt/speech_to_text.hpp"
#include "antiphon/providers/tts/text_to_speech.hpp"

namespace antiphon {

/// Answers from a run's cassette or the cache, or asks `inner` and keeps what it said: kind `speech`, its sound as FLAC in base64, with the time of each piece.
/// Belongs to one run.
class TapedVoice final : public TextToSpeech {
 public:
  /// @param inner nullptr where nothing but the tape answers. @param name as it was asked for: `openai/coral`. @param of_agent the agent speaks: in real time,
  /// too, what was recorded takes as long as it took
  TapedVoice(std::unique_ptr<TextToSpeech> inner, std::shared_ptr<CallTape> tape, std::string name, Clock& clock, bool of_agent);

  Task<std::unique_ptr<SpeechStream>> synthesize(SpeechRequest request, Deadline deadline) override;
  const SpeechCapabilities& capabilities() const override { return capabilities_; }
  const std::string& name() const override { return name_; }

 private:
  std::unique_ptr<TextToSpeech> inner_;
  std::shared_ptr<CallTape> tape_;
  std::string name_, role_;
  Clock& clock_;
  SpeechCapabilities capabilities_;
};

/// The same for recordings: kind `transcription`. A recording is known by its SHA-256, silence of zeros around it apart. Streams are not recorded.
class TapedEar final : public SpeechToText {
 public:
  TapedEar(std::unique_ptr<SpeechToText> inner, std::shared_ptr<CallTape> tape, std::string name, Clock& clock, bool of_agent);

  Task<Recognition> transcribe(audio::Samples samples, RecognitionSettings settings, Deadline deadline) override;
  /// Streams are kept nowhere. @throws Error unsupported where a cassette is.
  Task<std::unique_ptr<RecognitionStream>> open(RecognitionSettings settings, Deadline deadline) override;
  const RecognitionCapabilities& capabilities() const override { return capabilities_; }
  const std::string& name() const override { return name_; }

 private:
  std::unique_ptr<SpeechToText> inner_;
  std::shared_ptr<CallTape> tape_;
  std::string name_, role_;
  Clock& clock_;
  RecognitionCapabilities capabilities_;
};

}  // namespace antiphon
