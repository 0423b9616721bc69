#include "antiphon/audio/wav_writer.hpp"

#include <cerrno>
#include <limits>

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "antiphon/audio/internal/write_at.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"

namespace antiphon::audio {

namespace {

constexpr std::size_t header_bytes = 44, riff_size_at = 4, data_size_at = 40;
constexpr std::size_t most_data_bytes = std::numeric_limits<std::uint32_t>::max() - header_bytes;

void put(std::string& bytes, std::uint64_t number, int count) {
  for (int i = 0; i < count; ++i) bytes += static_cast<char>(number >> 8 * i & 0xFF);
}

std::string number(std::size_t value) {
  std::string bytes;
  put(bytes, value, 4);
  return bytes;
}

std::string header_of(std::size_t frame_bytes, int rate_hz) {
  const auto rate = static_cast<std::uint64_t>(rate_hz);
  std::string bytes = "RIFF" + number(header_bytes - 8) + "WAVEfmt " + number(16);
  put(bytes, 1, 2);  // PCM
  put(bytes, frame_bytes / 2, 2);
  put(bytes, rate, 4);
  put(bytes, rate * frame_bytes, 4);
  put(bytes, frame_bytes, 2);
  put(bytes, 16, 2);
  return bytes + "data" + number(0);
}

}  // namespace

WavWriter::WavWriter(std::string path, int channels, int rate_hz) : path_(std::move(path)), frame_bytes_(2 * static_cast<std::size_t>(channels)) {
  if (channels != 1 && channels != 2) throw Error(ErrorKind::configuration, fmt::format("audio is written in one or two channels, not {}", channels));
  fd_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd_ < 0) throw write_failure(path_, errno);
  try {
    write_at(0, header_of(frame_bytes_, rate_hz));
  } catch (...) {
    ::close(fd_);
    ::unlink(path_.c_str());  // nothing that could be played
    throw;
  }
}

WavWriter::~WavWriter() { ::close(fd_); }

void WavWriter::append(SampleView samples) {
  if (samples.size() * 2 % frame_bytes_ != 0) throw Error(ErrorKind::configuration, "the last frame of two channels lacks one");
  if (samples.empty()) return;
  if (samples.size() * 2 > most_data_bytes - data_bytes_)
    throw Error(ErrorKind::too_large, fmt::format("{} would pass the 4 GiB that a WAV file can hold", path_));
  // Audio first: a header never speaks of what is not there yet.
  write_at(header_bytes + data_bytes_, bytes_from_samples(samples));
  const auto bytes = data_bytes_ + samples.size() * 2;
  write_at(data_size_at, number(bytes));
  write_at(riff_size_at, number(header_bytes - 8 + bytes));
  data_bytes_ = bytes;
}

void WavWriter::write_at(std::size_t offset, std::string_view bytes) const {
  if (const int code = internal::write_at(fd_, offset, bytes)) throw write_failure(path_, code);
}

}  // namespace antiphon::audio
