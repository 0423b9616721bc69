#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "antiphon/audio/line_resampler.hpp"
#include "antiphon/audio/opus.hpp"
#include "antiphon/audio/pcm.hpp"

namespace antiphon::audio {

/// @throws Error configuration for a format that no line carries: PCM and the laws have a rate that is a multiple of 25 Hz from 8,000 to 48,000, Opus 48,000.
void require_line_format(const AudioFormat& format);

/// Canonical audio to what a line carries: as many samples come out as went in, some milliseconds late where the rate differs.
class LineEncoder {
 public:
  explicit LineEncoder(const AudioFormat& format);
  /// A frame of 20 ms. Opus: one packet.
  std::string encode(SampleView frame);

 private:
  Encoding encoding_;
  LineResampler rate_;
  std::optional<OpusPacker> opus_;
};

/// What one message of a line carries to canonical audio.
class LineDecoder {
 public:
  /// What comes out of one message: all that is known by then, or as much audio as went in, later by what a change of rate looks ahead (4 ms at most). Frames
  /// that are judged as wholes stay whole so.
  enum class Pieces { early, whole };

  explicit LineDecoder(const AudioFormat& format, Pieces pieces = Pieces::early);
  /// @throws Error protocol: half a sample; bytes that are no Opus packet.
  Samples decode(std::string_view bytes);
  /// What still waits for what comes after it; what is decoded later is a stream of its own.
  Samples finish() { return rate_.finish(); }

 private:
  Encoding encoding_;
  LineResampler rate_;
  std::optional<OpusUnpacker> opus_;
};

}  // namespace antiphon::audio
