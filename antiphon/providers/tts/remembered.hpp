#pragma once

#include <memory>

#include "antiphon/providers/speech/recent.hpp"
#include "antiphon/providers/tts/text_to_speech.hpp"

namespace antiphon {

/// What was said in this process, as canonical audio, found again by a hash of all that made it; no text and no credential is kept. What was asked for
/// longest ago is forgotten first. Thread safe.
class SpeechMemory {
 public:
  using Spoken = std::shared_ptr<const audio::Samples>;
  using Key = Recent<Spoken>::Key;

  explicit SpeechMemory(std::size_t most_bytes) : spoken_(most_bytes), most_bytes_of_one_(most_bytes / 4) {}
  Spoken find(const Key& key) { return spoken_.find(key).value_or(nullptr); }
  /// What is larger than a quarter of the whole is not kept.
  void keep(const Key& key, audio::Samples samples);
  std::size_t bytes() const { return spoken_.bytes(); }
  std::size_t most_bytes_of_one() const { return most_bytes_of_one_; }

  /// The one of this process: 256 MB at most.
  static std::shared_ptr<SpeechMemory> of_process();

 private:
  Recent<Spoken> spoken_;
  std::size_t most_bytes_of_one_;
};

/// Asks another synthesiser only for what was not said before (VOX-20).
///
/// Only speech that came to its end is kept. Of two that ask for the same at once, both may be computed.
class RememberedVoice final : public TextToSpeech {
 public:
  /// @param identity what makes `inner` speak differently from others and is not in a request: provider, address, lexicon. Never a credential.
  RememberedVoice(std::unique_ptr<TextToSpeech> inner, std::string identity, std::shared_ptr<SpeechMemory> memory = SpeechMemory::of_process())
      : inner_(std::move(inner)), identity_(std::move(identity)), memory_(std::move(memory)) {}
  Task<std::unique_ptr<SpeechStream>> synthesize(SpeechRequest request, Deadline deadline) override;
  const SpeechCapabilities& capabilities() const override { return inner_->capabilities(); }
  const std::string& name() const override { return inner_->name(); }

 private:
  SpeechMemory::Key key_of(const SpeechRequest& request) const;

  std::unique_ptr<TextToSpeech> inner_;
  std::string identity_;
  std::shared_ptr<SpeechMemory> memory_;
};

}  // namespace antiphon
