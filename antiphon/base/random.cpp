#include "antiphon/base/random.hpp"

#include <cmath>
#include <numbers>
#include <random>

namespace antiphon {

std::uint64_t mix_seed(std::uint64_t seed, std::span<const std::string_view> key) {
  std::uint64_t hash = 14695981039346656037ULL ^ seed;
  const auto add = [&hash](unsigned char byte) { hash = (hash ^ byte) * 1099511628211ULL; };
  for (const auto part : key) {
    for (const char c : part) add(static_cast<unsigned char>(c));
    add(0);  // ("ab","c") is not ("a","bc")
  }
  return hash;
}

RandomStream::RandomStream(std::uint64_t seed, std::span<const std::string_view> key) : state_(mix_seed(seed, key)) {}

// SplitMix64 (Steele, Lea, Flood 2014).
std::uint64_t RandomStream::next() {
  std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

double RandomStream::uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

std::size_t RandomStream::below(std::size_t n) { return static_cast<std::size_t>(uniform() * static_cast<double>(n)); }

// Box-Muller; the second value is dropped, so that every draw takes the same number of steps.
double RandomStream::normal() {
  const double u = 1.0 - uniform(), v = uniform();
  return std::sqrt(-2.0 * std::log(u)) * std::cos(2.0 * std::numbers::pi * v);
}

std::uint64_t random_seed() {
  std::random_device device;
  return (static_cast<std::uint64_t>(device()) << 32) ^ device();
}

}  // namespace antiphon
