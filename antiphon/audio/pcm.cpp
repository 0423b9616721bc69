#include "antiphon/audio/pcm.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::audio {

namespace {

constexpr std::array encodings{Encoding::pcm16, Encoding::mulaw, Encoding::alaw, Encoding::opus};
constexpr std::array opus_rates_hz{8000, 12000, 16000, 24000, 48000};

std::optional<Encoding> encoding_from(std::string_view name) {
  for (const auto encoding : encodings)
    if (to_string(encoding) == name) return encoding;
  return std::nullopt;
}

[[noreturn]] void refuse(std::string_view text, const std::string& why) {
  throw Error(ErrorKind::configuration, fmt::format("{} is no audio format: {}", quote(cut(text, 60)), why));
}

Sample sample_at(const char* bytes) {
  const auto low = static_cast<unsigned char>(bytes[0]), high = static_cast<unsigned char>(bytes[1]);
  return static_cast<Sample>(static_cast<std::uint16_t>(low | (high << 8)));
}

void append(Samples& samples, std::string_view even) {
  const auto known = samples.size();
  samples.resize(known + even.size() / 2);
  if constexpr (std::endian::native == std::endian::little) {
    if (!even.empty()) std::memcpy(samples.data() + known, even.data(), even.size());
    return;
  }
  for (std::size_t i = 0; i < even.size(); i += 2) samples[known + i / 2] = sample_at(even.data() + i);
}

}  // namespace

std::string_view to_string(Encoding encoding) {
  switch (encoding) {
    case Encoding::pcm16: return "pcm16";
    case Encoding::mulaw: return "mulaw";
    case Encoding::alaw: return "alaw";
    case Encoding::opus: return "opus";
  }
  return "";
}

std::string to_string(const AudioFormat& format) { return fmt::format("{}/{}", to_string(format.encoding), format.rate_hz); }

AudioFormat parse_format(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) refuse(text, "write ENCODING/RATE, such as pcm16/24000");
  const auto encoding = encoding_from(text.substr(0, slash));
  if (!encoding) refuse(text, "the encoding is pcm16, mulaw, alaw or opus");
  const auto rate = parse_integer(text.substr(slash + 1));
  if (!rate || *rate < lowest_rate_hz || *rate > highest_rate_hz) refuse(text, fmt::format("the rate is {} to {} Hz", lowest_rate_hz, highest_rate_hz));
  if (encoding == Encoding::opus && std::ranges::find(opus_rates_hz, *rate) == opus_rates_hz.end())
    refuse(text, fmt::format("the rate of Opus is one of {}", fmt::join(opus_rates_hz, ", ")));
  return {*encoding, *rate};
}

std::chrono::nanoseconds duration_of(std::size_t samples, int rate_hz) {
  const auto rate = static_cast<std::size_t>(rate_hz);
  const auto whole = samples / rate, rest = samples % rate;
  return std::chrono::seconds(whole) + std::chrono::nanoseconds((rest * 1'000'000'000 + rate / 2) / rate);
}

std::size_t samples_in(std::chrono::nanoseconds duration, int rate_hz) {
  if (duration <= std::chrono::nanoseconds{0}) return 0;
  const auto count = static_cast<std::size_t>(duration.count()), rate = static_cast<std::size_t>(rate_hz);
  constexpr std::size_t second = 1'000'000'000;
  return count / second * rate + (count % second * rate + second / 2) / second;
}

Sample to_sample(double value) {
  constexpr double low = std::numeric_limits<Sample>::min(), high = std::numeric_limits<Sample>::max();
  constexpr double whole = 0x1.8p52;  // beyond it no double has a fraction: adding it rounds, and costs no call
  if (std::isnan(value)) return 0;
  return static_cast<Sample>(std::clamp(value, low, high) + whole - whole);
}

Samples samples_from_bytes(std::string_view bytes) {
  if (bytes.size() % 2 != 0)
    throw Error(ErrorKind::protocol, fmt::format("{} bytes of PCM16 are no whole number of samples: a transport split a sample", bytes.size()));
  Samples samples;
  append(samples, bytes);
  return samples;
}

std::string bytes_from_samples(SampleView samples) {
  std::string bytes(samples.size() * sizeof(Sample), '\0');
  if constexpr (std::endian::native == std::endian::little) {
    if (!samples.empty()) std::memcpy(bytes.data(), samples.data(), bytes.size());
    return bytes;
  }
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const auto bits = static_cast<std::uint16_t>(samples[i]);
    bytes[2 * i] = static_cast<char>(bits & 0xFF);
    bytes[2 * i + 1] = static_cast<char>(bits >> 8);
  }
  return bytes;
}

AudioChunk chunk_from_bytes(std::string_view bytes) { return {.samples = samples_from_bytes(bytes)}; }

std::string_view to_string(Speaker speaker) { return speaker == Speaker::user ? "user" : "agent"; }

Samples ByteJoiner::feed(std::string_view bytes) {
  Samples samples;
  if (bytes.empty()) return samples;
  if (odd_) {
    const std::array whole{*odd_, bytes.front()};
    samples.push_back(sample_at(whole.data()));
    odd_.reset();
    bytes.remove_prefix(1);
  }
  if (bytes.size() % 2 != 0) {
    odd_ = bytes.back();
    bytes.remove_suffix(1);
  }
  append(samples, bytes);
  return samples;
}

}  // namespace antiphon::audio
