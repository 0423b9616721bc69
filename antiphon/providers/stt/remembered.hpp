#pragma once

#include <memory>
#include <optional>
#include <string>

#include "antiphon/providers/speech/recent.hpp"
#include "antiphon/providers/stt/speech_to_text.hpp"

namespace antiphon {

/// What was understood in this process, found again by a hash of the samples and of all that bears on the result; no audio and no credential is kept. What
/// was asked for longest ago is forgotten first. Thread safe.
class HearingMemory {
 public:
  using Key = Recent<Recognition>::Key;

  explicit HearingMemory(std::size_t most_bytes) : heard_(most_bytes) {}
  std::optional<Recognition> find(const Key& key) { return heard_.find(key); }
  void keep(const Key& key, Recognition heard);
  std::size_t bytes() const { return heard_.bytes(); }

  /// The one of this process: 16 MB at most.
  static std::shared_ptr<HearingMemory> of_process();

 private:
  Recent<Recognition> heard_;
};

/// Asks another recogniser only for recordings that it did not hear before. Streams go through. Of two that ask for the same at once both may be computed.
class RememberedEar final : public SpeechToText {
 public:
  /// @param identity what makes `inner` hear differently from others and is not in its name or the settings: its address. Never a credential.
  RememberedEar(std::unique_ptr<SpeechToText> inner, std::string identity, std::shared_ptr<HearingMemory> memory = HearingMemory::of_process())
      : inner_(std::move(inner)), identity_(std::move(identity)), memory_(std::move(memory)) {}
  Task<Recognition> transcribe(audio::Samples samples, RecognitionSettings settings, Deadline deadline) override;
  Task<std::unique_ptr<RecognitionStream>> open(RecognitionSettings settings, Deadline deadline) override {
    return inner_->open(std::move(settings), deadline);
  }
  const RecognitionCapabilities& capabilities() const override { return inner_->capabilities(); }
  const std::string& name() const override { return inner_->name(); }

 private:
  HearingMemory::Key key_of(const audio::Samples& samples, const RecognitionSettings& settings) const;

  std::unique_ptr<SpeechToText> inner_;
  std::string identity_;
  std::shared_ptr<HearingMemory> memory_;
};

}  // namespace antiphon
