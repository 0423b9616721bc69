// Whatever stands in an index, a vector of it is refused, or is one that can be compared and written again as it was.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "antiphon/gateway/knowledge/packed_vector.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using antiphon::gateway::PackedVector;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const auto vector = PackedVector::decode(text);
  if (!vector) return 0;
  const auto plain = vector->unpacked();
  if (plain.size() != vector->dimensions() || vector->encode() != text) std::abort();
  const auto similarity = vector->similarity(plain);
  if (!(similarity >= -1 && similarity <= 1)) std::abort();
  const PackedVector again(plain);
  if (again.unpacked() != plain) std::abort();
  return 0;
}
