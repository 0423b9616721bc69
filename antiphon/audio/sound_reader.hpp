#pragma once

#include <memory>
#include <string>

#include "antiphon/audio/pcm.hpp"

struct sf_private_tag;

namespace antiphon::audio {

/// Reads a sound file piece by piece, so that an hour costs no more memory than a second: WAV, FLAC, OGG. One thread at a time.
class SoundReader {
 public:
  /// @throws Error not_found where there is no such file, configuration where it cannot be read as audio: the file and the reason.
  explicit SoundReader(const std::string& path);

  int rate_hz() const { return rate_hz_; }
  int channels() const { return channels_; }
  /// As the file says.
  std::size_t frames() const { return frames_; }
  /// The next ones, interleaved: at most `frames`, fewer at the end.
  Samples read(std::size_t frames);

 private:
  struct Closed {
    void operator()(::sf_private_tag* file) const;
  };
  std::unique_ptr<::sf_private_tag, Closed> file_;
  int rate_hz_ = 0, channels_ = 0;
  std::size_t frames_ = 0;
};

}  // namespace antiphon::audio
