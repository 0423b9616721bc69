#include "antiphon/gateway/hearing/likeness.hpp"

#include <array>
#include <cmath>

namespace antiphon::gateway {

namespace {

/// Eight sums side by side, so that a processor adds them at once.
float dot(const float* one, const float* other, std::size_t count) {
  std::array<float, 8> sums{};
  for (std::size_t i = 0; i < count; i += sums.size())
    for (std::size_t lane = 0; lane < sums.size(); ++lane) sums[lane] += one[i + lane] * other[i + lane];
  float sum = 0;
  for (const float lane : sums) sum += lane;
  return sum;
}

}  // namespace

double energy_of(std::span<const float> values) { return dot(values.data(), values.data(), values.size()); }

std::optional<Likeness> most_alike(std::span<const float> piece, std::span<const float> longer, double quietest, double least) {
  const double own = energy_of(piece);
  double energy = energy_of(longer.first(piece.size()));
  std::optional<Likeness> found;
  for (std::size_t offset = 0; offset + piece.size() <= longer.size(); ++offset) {
    if (offset > 0) {
      const double gone = longer[offset - 1], come = longer[offset + piece.size() - 1];
      energy += come * come - gone * gone;
    }
    if (energy <= quietest) continue;
    const double likeness = std::abs(static_cast<double>(dot(piece.data(), longer.data() + offset, piece.size()))) / std::sqrt(own * energy);
    if (likeness > least) least = likeness, found = Likeness{offset, likeness};
  }
  return found;
}

}  // namespace antiphon::gateway
