#pragma once

#include <memory>
#include <string>

#include "antiphon/audio/pcm.hpp"

struct OpusEncoder;

namespace antiphon::audio {

struct OggOpusSettings {
  int channels = 2;      ///< 1 or 2
  int bit_rate = 32000;  ///< bits per second of all channels: 6,000 to 510,000
  int complexity = 0;    ///< 0 (fast) to 10
};

/// Codes canonical audio as an Ogg file of Opus (RFC 7845), piece by piece, for people to listen to. The same audio gives the same bytes. One thread at a time.
class OggOpusWriter {
 public:
  /// @throws Error configuration for what lies outside its range.
  explicit OggOpusWriter(const OggOpusSettings& settings = {});
  /// Interleaved. @throws Error configuration for half a frame.
  void append(SampleView samples);
  /// The whole file, as long as what was appended to the sample. Nothing can be appended after it.
  std::string finish();

 private:
  struct Closed {
    void operator()(::OpusEncoder* encoder) const;
  };
  void encode(SampleView block);
  void close_page(bool last);
  void page(std::string_view body, std::string_view lacing, std::uint64_t granule, unsigned flags);

  std::unique_ptr<::OpusEncoder, Closed> encoder_;
  std::size_t channels_, lookahead_ = 0, frames_ = 0;
  Samples waiting_;  // less than a packet
  std::string file_, body_, lacing_;
  std::uint64_t coded_ = 0;  // samples at 48 kHz, those of the lookahead included
  std::uint32_t sequence_ = 0;
};

}  // namespace antiphon::audio
