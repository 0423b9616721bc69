#pragma once

#include <string>

#include "antiphon/audio/pcm.hpp"

namespace antiphon::audio {

/// Writes a WAV file that is whole after every call: what was appended before the process was killed can be played.
///
/// One thread at a time. Uses no memory beyond a call's own.
class WavWriter {
 public:
  /// Replaces what was there. `channels` is 1 or 2, interleaved. @throws Error io, naming path and reason; configuration for other counts.
  explicit WavWriter(std::string path, int channels = 1, int rate_hz = canonical_rate_hz);
  ~WavWriter();
  WavWriter(const WavWriter&) = delete;
  WavWriter& operator=(const WavWriter&) = delete;

  /// @throws Error io (disk full: what was written before stays whole); too_large at 4 GiB (a day of audio at 24 kHz); configuration for half a frame.
  void append(SampleView samples);
  const std::string& path() const { return path_; }
  /// Frames on disk.
  std::size_t frames() const { return data_bytes_ / frame_bytes_; }

 private:
  void write_at(std::size_t offset, std::string_view bytes) const;

  std::string path_;
  int fd_ = -1;
  std::size_t frame_bytes_, data_bytes_ = 0;
};

}  // namespace antiphon::audio
