#include "antiphon/providers/stt/remembered.hpp"

#include "antiphon/providers/llm/cassette/call_text.hpp"

namespace antiphon {

namespace {

std::size_t size_of(const Recognition& heard) {
  constexpr std::size_t of_entry = 256;  // lists, map and key
  std::size_t bytes = of_entry + heard.text.capacity();
  for (const auto& word : heard.words) bytes += sizeof word + word.text.capacity();
  return bytes;
}

}  // namespace

std::optional<Recognition> HearingMemory::find(const Key& key) {
  const std::lock_guard lock(mutex_);
  const auto place = places_.find(key);
  if (place == places_.end()) return std::nullopt;
  kept_.splice(kept_.begin(), kept_, place->second);
  return place->second->heard;
}

void HearingMemory::keep(const Key& key, Recognition heard) {
  const auto bytes = size_of(heard);
  const std::lock_guard lock(mutex_);
  if (bytes > most_bytes_ || places_.contains(key)) return;
  bytes_ += bytes;
  kept_.push_front({key, std::move(heard), bytes});
  places_[key] = kept_.begin();
  while (bytes_ > most_bytes_) {
    bytes_ -= kept_.back().bytes;
    places_.erase(kept_.back().key);
    kept_.pop_back();
  }
}

std::size_t HearingMemory::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

std::shared_ptr<HearingMemory> HearingMemory::of_process() {
  static const auto memory = std::make_shared<HearingMemory>(std::size_t{16} << 20U);
  return memory;
}

HearingMemory::Key RememberedEar::key_of(const audio::Samples& samples, const RecognitionSettings& settings) const {
  json::array phrases(settings.phrases.begin(), settings.phrases.end());
  const json::array all = {identity_, inner_->name(), settings.language, std::move(phrases), settings.settings};
  HearingMemory::Key key{};
  sha256_into(key, json::serialize(all), std::string_view(reinterpret_cast<const char*>(samples.data()), samples.size() * sizeof(audio::Sample)));
  return key;
}

Task<Recognition> RememberedEar::transcribe(audio::Samples samples, RecognitionSettings settings, Deadline deadline) {
  const auto key = key_of(samples, settings);
  if (auto known = memory_->find(key)) co_return std::move(*known);
  auto heard = co_await inner_->transcribe(std::move(samples), std::move(settings), deadline);
  memory_->keep(key, heard);
  co_return heard;
}

}  // namespace antiphon
