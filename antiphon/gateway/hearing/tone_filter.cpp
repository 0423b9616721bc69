#include "antiphon/gateway/hearing/tone_filter.hpp"

#include <algorithm>

namespace antiphon::gateway {

ToneFilter::Taken ToneFilter::take(audio::Samples samples) {
  constexpr std::size_t step = audio::canonical_rate_hz / 100;
  Taken taken{.samples = std::move(samples)};
  for (std::size_t at = 0; at < taken.samples.size(); at += step) {
    const auto piece = std::span(taken.samples).subspan(at, std::min(step, taken.samples.size() - at));
    const bool before = detector_.sounding();
    for (const auto& key : detector_.feed(piece)) taken.keys += key.key;
    if (before || detector_.sounding()) std::ranges::fill(piece, audio::Sample{0});
  }
  return taken;
}

}  // namespace antiphon::gateway
