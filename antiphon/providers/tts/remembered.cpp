#include "antiphon/providers/tts/remembered.hpp"

#include "antiphon/providers/llm/cassette/call_text.hpp"

namespace antiphon {

namespace {

std::size_t size_of(const audio::Samples& samples) { return samples.size() * sizeof(audio::Sample); }

/// Passes on what another stream gives and keeps the whole once it is there.
class KeptSpeech final : public SpeechStream {
 public:
  KeptSpeech(std::unique_ptr<SpeechStream> inner, SpeechMemory::Key key, std::shared_ptr<SpeechMemory> memory)
      : inner_(std::move(inner)), key_(key), memory_(std::move(memory)) {}

  Task<std::optional<audio::Samples>> next(Deadline deadline) override {
    auto piece = co_await inner_->next(deadline);
    if (piece)
      collect(*piece);
    else if (memory_)
      std::exchange(memory_, nullptr)->keep(key_, std::move(whole_));
    co_return piece;
  }

 private:
  void collect(const audio::Samples& piece) {
    if (!memory_) return;
    whole_.insert(whole_.end(), piece.begin(), piece.end());
    if (size_of(whole_) <= memory_->most_bytes_of_one()) return;
    whole_ = {};
    memory_ = nullptr;
  }

  std::unique_ptr<SpeechStream> inner_;
  SpeechMemory::Key key_;
  std::shared_ptr<SpeechMemory> memory_;  ///< nullptr: nothing more is collected
  audio::Samples whole_;
};

}  // namespace

void SpeechMemory::keep(const Key& key, audio::Samples samples) {
  const auto bytes = size_of(samples);
  if (bytes > most_bytes_of_one()) return;
  samples.shrink_to_fit();
  spoken_.keep(key, std::make_shared<const audio::Samples>(std::move(samples)), bytes);
}

std::shared_ptr<SpeechMemory> SpeechMemory::of_process() {
  static const auto memory = std::make_shared<SpeechMemory>(std::size_t{256} << 20U);
  return memory;
}

SpeechMemory::Key RememberedVoice::key_of(const SpeechRequest& request) const {
  const json::array all = {identity_, request.voice, request.text, request.speed, request.style, request.language, request.settings};
  SpeechMemory::Key key{};
  sha256_into(key, json::serialize(all));
  return key;
}

Task<std::unique_ptr<SpeechStream>> RememberedVoice::synthesize(SpeechRequest request, Deadline deadline) {
  const auto key = key_of(request);
  if (const auto known = memory_->find(key)) co_return speech_of(*known);
  auto speech = co_await inner_->synthesize(std::move(request), deadline);
  co_return std::make_unique<KeptSpeech>(std::move(speech), key, memory_);
}

}  // namespace antiphon
