#include "antiphon/gateway/hearing/turn_audio.hpp"

#include <algorithm>

namespace antiphon::gateway {

void TurnAudio::add(audio::SampleView samples) {
  kept_.insert(kept_.end(), samples.begin(), samples.end());
  // In big steps, and only what was fed: to move what remains costs more than to keep a little.
  const auto most = audio::samples_in(longest), step = audio::samples_in(std::chrono::seconds(5));
  if (kept_.size() > most + step && fed_ >= step) forget(step);
}

audio::Samples TurnAudio::take_new() {
  audio::Samples fresh(kept_.begin() + static_cast<std::ptrdiff_t>(fed_), kept_.end());
  fed_ = kept_.size();
  return fresh;
}

void TurnAudio::begin_stream(std::size_t fed_before) {
  fed_ = 0;
  before_ = fed_before;
}

void TurnAudio::answered_until(Duration position) {
  const auto at = audio::samples_in(position);
  forget(std::min(fed_, at - std::min(at, before_)));
}

void TurnAudio::forget(std::size_t count) {
  count = std::min(count, kept_.size());
  kept_.erase(kept_.begin(), kept_.begin() + static_cast<std::ptrdiff_t>(count));
  fed_ -= std::min(count, fed_);
  before_ += count;
}

}  // namespace antiphon::gateway
