#include "antiphon/audio/mix.hpp"

#include <algorithm>
#include <limits>

namespace antiphon::audio {

Samples mix(std::span<const Placed> parts, std::size_t length) {
  for (const auto& part : parts) length = std::max(length, part.at + part.samples.size());
  std::vector<std::int32_t> sum(length);
  for (const auto& part : parts)
    for (std::size_t i = 0; i < part.samples.size(); ++i) sum[part.at + i] += part.samples[i];
  Samples mixed(length);
  std::ranges::transform(sum, mixed.begin(), [](std::int32_t value) {
    return static_cast<Sample>(std::clamp<std::int32_t>(value, std::numeric_limits<Sample>::min(), std::numeric_limits<Sample>::max()));
  });
  return mixed;
}

Samples interleave(SampleView left, SampleView right) {
  Samples both(2 * std::max(left.size(), right.size()));
  for (std::size_t i = 0; i < left.size(); ++i) both[2 * i] = left[i];
  for (std::size_t i = 0; i < right.size(); ++i) both[2 * i + 1] = right[i];
  return both;
}

}  // namespace antiphon::audio
