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

void HearingMemory::keep(const Key& key, Recognition heard) {
  const auto bytes = size_of(heard);
  heard_.keep(key, std::move(heard), bytes);
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
