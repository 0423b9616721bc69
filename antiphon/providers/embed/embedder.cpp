#include "antiphon/providers/embed/embedder.hpp"

#include <algorithm>
#include <cmath>

namespace antiphon {

double similarity(const Embedding& a, const Embedding& b) {
  if (a.size() != b.size()) return 0;
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return std::clamp(sum, -1.0, 1.0);
}

void normalize(Embedding& vector) {
  double square = 0;
  for (const float value : vector) square += static_cast<double>(value) * static_cast<double>(value);
  const bool usable = std::isfinite(square) && square > 0;
  const double scale = usable ? 1 / std::sqrt(square) : 0;
  for (float& value : vector) value = usable ? static_cast<float>(static_cast<double>(value) * scale) : 0;
}

}  // namespace antiphon
