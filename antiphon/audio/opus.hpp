#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "antiphon/audio/pcm.hpp"

struct OpusEncoder;
struct OpusDecoder;

namespace antiphon::audio {

struct OpusSettings {
  int rate_hz = canonical_rate_hz;  ///< 8,000, 12,000, 16,000, 24,000 or 48,000
  int bit_rate = 24000;             ///< bits per second: 6,000 to 510,000
  int complexity = 5;               ///< 0 (fast) to 10
  bool constant_bit_rate = false;
  int expected_loss_percent = 0;  ///< above 0 a packet carries a coarse copy of the one before: 0 to 100
  /// The transform coder alone: a quarter of the computing and 4 ms less delay, but more noise where bits are few, and no copies of packets before.
  bool low_delay = false;
};

/// Makes packets of speech. One stream each, one thread at a time.
class OpusPacker {
 public:
  /// @throws Error configuration for what lies outside its range.
  explicit OpusPacker(const OpusSettings& settings = {});
  /// A frame of 10, 20, 40 or 60 ms. @throws Error configuration for other lengths.
  std::string encode(SampleView frame);
  /// Samples at the encoder's rate by which what is decoded lags behind what was encoded.
  std::size_t lookahead() const;

 private:
  struct Closed {
    void operator()(::OpusEncoder* encoder) const;
  };
  std::unique_ptr<::OpusEncoder, Closed> encoder_;
  int rate_hz_;
};

/// Makes samples of packets. One stream each, one thread at a time.
class OpusUnpacker {
 public:
  /// @throws Error configuration for a rate that Opus does not know.
  explicit OpusUnpacker(int rate_hz = canonical_rate_hz);
  /// At most 120 ms. @throws Error protocol for bytes that are no packet.
  Samples decode(std::string_view packet);
  /// What stands in for a lost packet of that many samples (10, 20, 40 or 60 ms): from what was heard, or from the copy in the packet after it where
  /// that one is at hand and carries any. @throws Error configuration for other lengths, protocol for bytes that are no packet.
  Samples conceal(std::size_t samples, std::string_view next_packet = {});

 private:
  struct Closed {
    void operator()(::OpusDecoder* decoder) const;
  };
  std::unique_ptr<::OpusDecoder, Closed> decoder_;
  int rate_hz_;
};

}  // namespace antiphon::audio
