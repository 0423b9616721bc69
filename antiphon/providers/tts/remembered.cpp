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

std::shared_ptr<const audio::Samples> SpeechMemory::find(const Key& key) {
  const std::lock_guard lock(mutex_);
  const auto place = places_.find(key);
  if (place == places_.end()) return nullptr;
  kept_.splice(kept_.begin(), kept_, place->second);
  return place->second->samples;
}

void SpeechMemory::keep(const Key& key, audio::Samples samples) {
  if (size_of(samples) > most_bytes_of_one()) return;
  samples.shrink_to_fit();
  const std::lock_guard lock(mutex_);
  if (places_.contains(key)) return;
  bytes_ += size_of(samples);
  kept_.push_front({key, std::make_shared<const audio::Samples>(std::move(samples))});
  places_[key] = kept_.begin();
  while (bytes_ > most_bytes_) forget_last();
}

void SpeechMemory::forget_last() {
  bytes_ -= size_of(*kept_.back().samples);
  places_.erase(kept_.back().key);
  kept_.pop_back();
}

std::size_t SpeechMemory::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
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
