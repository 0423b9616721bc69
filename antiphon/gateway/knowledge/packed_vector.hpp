#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "antiphon/providers/embed/embedder.hpp"

namespace antiphon::gateway {

/// An embedding that takes little room where most of it is zero, as those of `lexical` are.
class PackedVector {
 public:
  explicit PackedVector(const Embedding& embedding);
  /// The cosine, as `antiphon::similarity`.
  double similarity(const Embedding& other) const;
  std::size_t dimensions() const { return dimensions_; }
  Embedding unpacked() const;

  /// As an index keeps it: a byte `d` and floats, or `s`, the dimensions, and pairs of place and float; little-endian.
  std::string encode() const;
  /// nullopt where `bytes` are none.
  static std::optional<PackedVector> decode(std::string_view bytes);

 private:
  PackedVector() = default;
  std::uint32_t dimensions_ = 0;
  std::vector<std::uint32_t> places_;  ///< empty: `values_` are all of them; else rising
  std::vector<float> values_;
};

}  // namespace antiphon::gateway
