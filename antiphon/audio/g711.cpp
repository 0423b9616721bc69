#include "antiphon/audio/g711.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>

namespace antiphon::audio {

namespace {

// A code is sign, 3 bits of segment, 4 bits of step. Each segment's steps are twice as wide as those of the one before.
constexpr int mulaw_bias = 132, mulaw_clip = 32635;
constexpr std::uint8_t alaw_even_bits = 0x55;

constexpr Sample decoded_mulaw(std::uint8_t code) {
  code = static_cast<std::uint8_t>(~code);
  const int segment = (code >> 4) & 7, step = code & 15;
  const int magnitude = (((step << 3) + mulaw_bias) << segment) - mulaw_bias;
  return static_cast<Sample>((code & 0x80) != 0 ? -magnitude : magnitude);
}

constexpr Sample decoded_alaw(std::uint8_t code) {
  code ^= alaw_even_bits;
  const int segment = (code >> 4) & 7, step = code & 15;
  const int magnitude = segment == 0 ? (step << 4) + 8 : ((step << 4) + 264) << (segment - 1);
  return static_cast<Sample>((code & 0x80) != 0 ? magnitude : -magnitude);
}

constexpr std::uint8_t encoded_mulaw(Sample sample) {
  const int sign = sample < 0 ? 0x80 : 0;
  const int magnitude = std::min(sign != 0 ? -static_cast<int>(sample) : static_cast<int>(sample), mulaw_clip) + mulaw_bias;
  const int segment = static_cast<int>(std::bit_width(static_cast<unsigned>(magnitude))) - 8;
  return static_cast<std::uint8_t>(~(sign | (segment << 4) | ((magnitude >> (segment + 3)) & 15)));
}

/// The same without a branch, so that several are made at once: as a float, a magnitude has its segment in the exponent and its step in what follows.
inline std::uint8_t encoded_mulaw_at_once(Sample sample) {
  constexpr int lowest_exponent = 127 + 7;  // of the first segment
  const int value = sample, sign = (value >> 31) & 0x80;
  const int magnitude = std::min(std::abs(value), mulaw_clip) + mulaw_bias;
  const int bits = std::bit_cast<int>(static_cast<float>(magnitude));
  return static_cast<std::uint8_t>(~(sign | ((bits >> 19) - (lowest_exponent << 4))));
}

constexpr std::uint8_t encoded_alaw(Sample sample) {
  // The law is defined on 13 bits; ~x and not -x below zero, so that its decision values lie alike on both sides.
  const int positive = sample >= 0 ? 0x80 : 0;
  const int magnitude = positive != 0 ? sample : ~static_cast<int>(sample);
  const int segment = std::max(0, static_cast<int>(std::bit_width(static_cast<unsigned>(magnitude))) - 8);
  const int step = (segment == 0 ? magnitude >> 4 : magnitude >> (segment + 3)) & 15;
  return static_cast<std::uint8_t>((positive | (segment << 4) | step) ^ alaw_even_bits);
}

template <Sample decode(std::uint8_t)>
constexpr auto decoding_table() {
  std::array<Sample, 256> table{};
  for (int code = 0; code < 256; ++code) table[static_cast<std::size_t>(code)] = decode(static_cast<std::uint8_t>(code));
  return table;
}

constexpr auto mulaw_table = decoding_table<decoded_mulaw>();
constexpr auto alaw_table = decoding_table<decoded_alaw>();

template <class Encode>
std::string encode(SampleView samples, Encode one) {
  std::string bytes(samples.size(), '\0');
  std::ranges::transform(samples, bytes.begin(), [one](Sample sample) { return static_cast<char>(one(sample)); });
  return bytes;
}

Samples decode(std::string_view bytes, const std::array<Sample, 256>& table) {
  Samples samples(bytes.size());
  std::ranges::transform(bytes, samples.begin(), [&table](char byte) { return table[static_cast<std::uint8_t>(byte)]; });
  return samples;
}

}  // namespace

std::uint8_t mulaw_from_sample(Sample sample) { return encoded_mulaw(sample); }
Sample sample_from_mulaw(std::uint8_t code) { return mulaw_table[code]; }
std::uint8_t alaw_from_sample(Sample sample) { return encoded_alaw(sample); }
Sample sample_from_alaw(std::uint8_t code) { return alaw_table[code]; }

std::string encode_mulaw(SampleView samples) {
  return encode(samples, [](Sample sample) { return encoded_mulaw_at_once(sample); });
}
Samples decode_mulaw(std::string_view bytes) { return decode(bytes, mulaw_table); }
std::string encode_alaw(SampleView samples) { return encode(samples, encoded_alaw); }
Samples decode_alaw(std::string_view bytes) { return decode(bytes, alaw_table); }

}  // namespace antiphon::audio
