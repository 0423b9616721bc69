#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "antiphon/audio/pcm.hpp"

namespace antiphon::audio {

struct DtmfTiming {
  std::chrono::milliseconds on{100};  ///< 40 to 1,000 ms
  std::chrono::milliseconds off{50};  ///< 30 to 1,000 ms, after every key
};

/// The tones of a keypad: 0–9, *, #, A–D (in either case); `w` waits 500 ms, `W` a second. The higher tone is 2 dB louder; both together reach −6.5 dBFS.
/// @throws Error configuration, naming the character and its place, or a time out of range.
/// @see ITU-T Q.23, Q.24
Samples dtmf_tones(std::string_view keys, const DtmfTiming& timing = {});

struct DtmfKey {
  char key = 0;
  std::size_t start = 0, end = 0;  ///< samples since the beginning of the stream; right to about 5 ms
};

/// Finds keys in canonical audio, speech among it. A key counts from 40 ms on; what is shorter than 20 ms, unequal in level (rows over columns by more than
/// 10 dB, columns over rows by more than 6), quieter than −45 dBFS or less than 60 % of all that is heard is none.
/// One stream each, one thread at a time.
class DtmfDetector {
 public:
  /// Keys that ended. How the input is cut changes nothing.
  std::vector<DtmfKey> feed(SampleView samples);
  /// What came last may belong to a key: true from about 10 ms of a tone on, until it has ended for sure.
  bool sounding() const { return held_.has_value(); }
  /// The key that was still held at the end.
  std::vector<DtmfKey> finish();

 private:
  struct Held {
    char key = 0;
    std::size_t first = 0, last = 0;  ///< blocks
    int misses = 0;
  };
  /// A quarter of a block. Blocks overlap: each quarter is measured once.
  struct Quarter {
    std::int64_t power = 0;
    bool filtered = false;
    std::array<float, 8> one, two;  ///< what the tones' filters hold after it, where they were asked
  };
  static constexpr std::size_t quarters = 4;

  char key_in_block(SampleView block);
  void judge(char key, std::vector<DtmfKey>& found);
  std::optional<DtmfKey> release();

  Samples waiting_;
  std::array<Quarter, quarters> quarters_{};
  std::size_t measured_ = 0;  ///< quarters of the block that begins `waiting_`
  std::size_t block_ = 0;
  std::optional<Held> held_;
};

/// The same of a whole piece of canonical audio, four times as fast: it is looked at more closely only where a key may be.
std::vector<DtmfKey> find_keys(SampleView samples);

}  // namespace antiphon::audio
