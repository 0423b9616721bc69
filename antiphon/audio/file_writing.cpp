#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>

#include <fmt/format.h>

#include "antiphon/audio/file.hpp"
#include "antiphon/audio/internal/memory_file.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::audio {

namespace {

struct Format {
  std::string_view suffix;
  FileKind kind;
  int code;
};

constexpr std::array formats{
    Format{".wav", FileKind::wav, SF_FORMAT_WAV | SF_FORMAT_PCM_16},
    Format{".flac", FileKind::flac, SF_FORMAT_FLAC | SF_FORMAT_PCM_16},
    Format{".ogg", FileKind::ogg, SF_FORMAT_OGG | SF_FORMAT_VORBIS},
    Format{".mp3", FileKind::mp3, SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III},
};

int code_of(FileKind kind) {
  for (const auto& format : formats)
    if (format.kind == kind) return format.code;
  throw Error(ErrorKind::internal, "no such kind of audio file");
}

// The Vorbis encoder keeps a whole write on its stack.
constexpr sf_count_t block_frames = 4096;

/// PCM is written as it is. The lossy coders get numbers of full scale 1: two channels of 16-bit samples come out of libsndfile's MP3 writer garbled.
sf_count_t write_block(SNDFILE* file, SampleView samples, sf_count_t frames, FileKind kind) {
  if (kind == FileKind::wav || kind == FileKind::flac) return sf_writef_short(file, samples.data(), frames);
  std::vector<float> values(samples.size());
  std::ranges::transform(samples, values.begin(), [](Sample sample) { return static_cast<float>(sample) / 32768; });
  return sf_writef_float(file, values.data(), frames);
}

}  // namespace

FileKind file_kind_of(const std::string& path) {
  const auto suffix = lower(std::filesystem::path(path).extension().string());
  for (const auto& format : formats)
    if (format.suffix == suffix) return format.kind;
  throw Error(ErrorKind::configuration, fmt::format("{} has none of the suffixes of audio that can be written: .wav, .flac, .ogg, .mp3", quote(path)));
}

std::string encode_audio_file(SampleView samples, FileKind kind, int channels, int rate_hz) {
  if (channels != 1 && channels != 2) throw Error(ErrorKind::configuration, fmt::format("audio is written in one or two channels, not {}", channels));
  if (samples.size() % static_cast<std::size_t>(channels) != 0) throw Error(ErrorKind::configuration, "the last frame of two channels lacks one");
  internal::MemoryFile memory;
  SF_INFO info{.samplerate = rate_hz, .channels = channels, .format = code_of(kind)};
  SNDFILE* file = sf_open_virtual(&internal::memory_io(), SFM_WRITE, &info, &memory);
  if (!file) throw Error(ErrorKind::configuration, fmt::format("audio cannot be written at {} Hz: {}", rate_hz, lower(trim(sf_strerror(nullptr)))));
  const auto frames = static_cast<sf_count_t>(samples.size()) / channels;
  sf_count_t written = 0;
  while (written < frames) {
    const auto wanted = std::min(block_frames, frames - written);
    const auto count =
        write_block(file, samples.subspan(static_cast<std::size_t>(written * channels), static_cast<std::size_t>(wanted * channels)), wanted, kind);
    if (count <= 0) break;
    written += count;
  }
  const std::string reason = sf_strerror(file);
  if (sf_close(file) != 0 || written < frames) throw Error(ErrorKind::internal, fmt::format("audio could not be encoded: {}", reason));
  return std::move(memory.bytes);
}

void write_audio_file(const std::string& path, SampleView samples, int channels, int rate_hz) {
  write_file_atomically(path, encode_audio_file(samples, file_kind_of(path), channels, rate_hz));
}

}  // namespace antiphon::audio
