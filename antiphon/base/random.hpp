#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace antiphon {

/// A stream of random numbers that is the same on every machine: its own generator and its own distributions.
///
/// Streams are keyed by (seed, scenario, participant, purpose), so that what one draws never shifts what another sees (SCN-82).
class RandomStream {
 public:
  explicit RandomStream(std::uint64_t seed) : state_(seed) {}
  RandomStream(std::uint64_t seed, std::span<const std::string_view> key);

  std::uint64_t next();
  /// Uniform in [0, 1).
  double uniform();
  /// Uniform in [0, n); n > 0.
  std::size_t below(std::size_t n);
  /// Standard normal.
  double normal();

 private:
  std::uint64_t state_;
};

/// FNV-1a over the key and the seed; what `RandomStream` is seeded with.
std::uint64_t mix_seed(std::uint64_t seed, std::span<const std::string_view> key);
/// From the operating system.
std::uint64_t random_seed();

}  // namespace antiphon
