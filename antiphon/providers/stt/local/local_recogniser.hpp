#pragma once

#include <functional>
#include <memory>
#include <string>

#include "antiphon/audio/vad/voice_activity.hpp"
#include "antiphon/base/runtime.hpp"
#include "antiphon/providers/stt/speech_to_text.hpp"

namespace antiphon::stt {

/// Understands one piece of speech after another. One thread at a time.
class LocalDecoder {
 public:
  virtual ~LocalDecoder() = default;
  /// @param piece canonical audio of at most 15 s @param speech how much of it is speech
  /// Times of words count from the piece's first sample. Depends on nothing but the piece.
  virtual Recognition decode(audio::SampleView piece, Duration speech) = 0;
};

/// How a stream listens: `settings` of a recogniser of ours.
struct StreamSettings {
  bool partials = false;
  audio::VoiceSettings detector{};  ///< an utterance ends after its `hangover`, `silence`
};

/// Reads `{partials: true, silence: 400ms, detector: energy|webrtc|silero}`. @throws Error configuration for anything else.
StreamSettings read_stream_settings(const json::object& settings);

/// A recogniser that computes in this process: whole recordings piece by piece, streams utterance by utterance.
class LocalRecogniser final : public SpeechToText {
 public:
  /// A decoder of one's own for each recording and stream. Called where computing is done; throws Error configuration.
  using Open = std::function<std::shared_ptr<LocalDecoder>(const RecognitionSettings&)>;

  LocalRecogniser(std::string name, RecognitionCapabilities capabilities, Runtime& runtime, Open open)
      : name_(std::move(name)), capabilities_(capabilities), runtime_(runtime), open_(std::move(open)) {}
  Task<Recognition> transcribe(audio::Samples samples, RecognitionSettings settings, Deadline deadline) override;
  Task<std::unique_ptr<RecognitionStream>> open(RecognitionSettings settings, Deadline deadline) override;
  const RecognitionCapabilities& capabilities() const override { return capabilities_; }
  const std::string& name() const override { return name_; }

 private:
  std::string name_;
  RecognitionCapabilities capabilities_;
  Runtime& runtime_;
  Open open_;
};

}  // namespace antiphon::stt
