#pragma once

#include <array>
#include <list>
#include <map>
#include <mutex>

#include "antiphon/providers/tts/text_to_speech.hpp"

namespace antiphon {

/// What was said in this process, as canonical audio, found again by a hash of all that made it; no text and no credential is kept. What was asked for
/// longest ago is forgotten first. Thread safe.
class SpeechMemory {
 public:
  using Key = std::array<unsigned char, 32>;

  explicit SpeechMemory(std::size_t most_bytes) : most_bytes_(most_bytes) {}
  std::shared_ptr<const audio::Samples> find(const Key& key);
  /// What is larger than a quarter of the whole is not kept.
  void keep(const Key& key, audio::Samples samples);
  std::size_t bytes() const;
  std::size_t most_bytes_of_one() const { return most_bytes_ / 4; }

  /// The one of this process: 256 MB at most.
  static std::shared_ptr<SpeechMemory> of_process();

 private:
  struct Kept {
    Key key;
    std::shared_ptr<const audio::Samples> samples;
  };
  void forget_last();

  const std::size_t most_bytes_;
  mutable std::mutex mutex_;
  std::list<Kept> kept_;  ///< what was asked for last comes first
  std::map<Key, std::list<Kept>::iterator> places_;
  std::size_t bytes_ = 0;
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
