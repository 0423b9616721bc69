#include "antiphon/audio/internal/file_shape.hpp"

#include <cstdint>

#include <fmt/format.h>

namespace antiphon::audio::internal {

namespace {

unsigned byte_at(std::string_view bytes, std::size_t at) { return static_cast<unsigned char>(bytes[at]); }

std::uint32_t number_at(std::string_view bytes, std::size_t at, bool big_endian) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) number |= byte_at(bytes, at + i) << 8 * (big_endian ? 3 - i : i);
  return number;
}

bool is_mpeg_frame(std::string_view bytes) {
  if (bytes.size() < 4 || byte_at(bytes, 0) != 0xFF || (byte_at(bytes, 1) & 0xE0) != 0xE0) return false;
  const auto version = byte_at(bytes, 1) >> 3 & 3, layer = byte_at(bytes, 1) >> 1 & 3, bit_rate = byte_at(bytes, 2) >> 4, rate = byte_at(bytes, 2) >> 2 & 3;
  return version != 1 && layer == 1 && bit_rate != 15 && rate != 3;  // layer III alone is MP3
}

/// Programs that write into a pipe cannot come back to fill in the size.
bool is_unknown_size(std::size_t size) { return size == 0 || size >= 0x7FFFFF00; }

struct Chunk {
  std::size_t at, size, available;
};

/// The chunk of a WAV file that holds its audio, where the file reaches it.
std::optional<Chunk> audio_of_wav(std::string_view bytes) {
  const bool big_endian = bytes.starts_with("RIFX");
  for (std::size_t at = 12; at + 8 <= bytes.size();) {
    const Chunk chunk{at, number_at(bytes, at + 4, big_endian), bytes.size() - at - 8};
    if (bytes.substr(at, 4) == "data") return chunk;
    at += 8 + chunk.size + chunk.size % 2;
  }
  return std::nullopt;
}

std::optional<std::string> missing_of_wav(std::string_view bytes) {
  const auto audio = audio_of_wav(bytes);
  if (!audio) return "it is cut off before its audio";
  if (is_unknown_size(audio->size) || audio->size <= audio->available) return std::nullopt;
  return fmt::format("it is cut off: of {} bytes of audio {} are there", audio->size, audio->available);
}

std::optional<std::string> missing_of_ogg(std::string_view bytes) {
  constexpr std::size_t page_header = 27, segments_at = 26;
  std::size_t at = 0;
  while (at < bytes.size()) {
    if (bytes.size() - at < page_header) return "it is cut off within a page";
    if (bytes.substr(at, 4) != "OggS") return std::nullopt;  // the decoder judges what is damaged
    const std::size_t segments = byte_at(bytes, at + segments_at);
    if (bytes.size() - at - page_header < segments) return "it is cut off within a page";
    std::size_t size = page_header + segments;
    for (std::size_t i = 0; i < segments; ++i) size += byte_at(bytes, at + page_header + i);
    if (bytes.size() - at < size) return "it is cut off within a page";
    at += size;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Container> container_of(std::string_view bytes) {
  if ((bytes.starts_with("RIFF") || bytes.starts_with("RIFX")) && bytes.size() >= 12 && bytes.substr(8, 4) == "WAVE") return Container::wav;
  if (bytes.starts_with("fLaC")) return Container::flac;
  if (bytes.starts_with("OggS")) return Container::ogg;
  if (bytes.starts_with("ID3") || is_mpeg_frame(bytes)) return Container::mp3;
  return std::nullopt;
}

std::optional<std::string> missing_part(Container container, std::string_view bytes) {
  if (container == Container::wav) return missing_of_wav(bytes);
  if (container == Container::ogg) return missing_of_ogg(bytes);
  return std::nullopt;
}

void fill_in_sizes(std::string& wav) {
  const auto audio = audio_of_wav(wav);
  if (!audio || !is_unknown_size(audio->size)) return;
  const bool big_endian = wav.starts_with("RIFX");
  const auto put = [&](std::size_t at, std::size_t size) {
    for (std::size_t i = 0; i < 4; ++i) wav[at + i] = static_cast<char>(size >> 8 * (big_endian ? 3 - i : i) & 0xFF);
  };
  put(4, wav.size() - 8);
  put(audio->at + 4, audio->available);
}

}  // namespace antiphon::audio::internal
