#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace antiphon::gateway {

/// Where a piece of sound is found in a longer one.
struct Likeness {
  std::size_t offset = 0;
  double likeness = 0;  ///< normalised cross-correlation, from 0 to 1
};

/// Sum of squares. Of a multiple of eight values.
double energy_of(std::span<const float> values);

/// The place of `longer` that is most like `piece`, either way up, if it is more than `least` alike; places whose energy is not above `quietest` do not count.
/// `piece` has a multiple of eight values.
std::optional<Likeness> most_alike(std::span<const float> piece, std::span<const float> longer, double quietest, double least);

}  // namespace antiphon::gateway
