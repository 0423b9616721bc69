#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace antiphon::audio {

/// One signed 16-bit value; full scale is 32768. Audio is mono unless a name says otherwise.
using Sample = std::int16_t;
using Samples = std::vector<Sample>;
using SampleView = std::span<const Sample>;

/// The rate of all audio inside the simulation; others are met at its edges only.
inline constexpr int canonical_rate_hz = 24000;
inline constexpr int lowest_rate_hz = 1000, highest_rate_hz = 192000;

enum class Encoding { pcm16, mulaw, alaw, opus };

std::string_view to_string(Encoding encoding);

/// What a line carries, written `pcm16/24000`, `mulaw/8000`, `alaw/8000`, `opus/48000`.
struct AudioFormat {
  Encoding encoding = Encoding::pcm16;
  int rate_hz = canonical_rate_hz;
  friend bool operator==(const AudioFormat&, const AudioFormat&) = default;
};

std::string to_string(const AudioFormat& format);
/// @throws Error configuration, naming the text and what is allowed: a rate lies between 1,000 and 192,000 Hz; Opus knows 8, 12, 16, 24 and 48 kHz.
AudioFormat parse_format(std::string_view text);

/// Nearest nanosecond.
std::chrono::nanoseconds duration_of(std::size_t samples, int rate_hz = canonical_rate_hz);
/// Nearest sample; nothing for a negative duration.
std::size_t samples_in(std::chrono::nanoseconds duration, int rate_hz = canonical_rate_hz);

/// Rounds to the nearest value and stays within the range; NaN becomes silence.
Sample to_sample(double value);

/// Little-endian PCM16. @throws Error protocol on an odd count: a transport split a sample.
Samples samples_from_bytes(std::string_view bytes);
std::string bytes_from_samples(SampleView samples);

/// A piece of canonical audio on its way, with what is known about it.
struct AudioChunk {
  Samples samples;
  std::optional<std::string> transcript;
  std::optional<std::chrono::nanoseconds> start, end;  ///< since the scenario began

  /// From the count of samples, whatever `start` and `end` say.
  std::chrono::nanoseconds duration() const { return duration_of(samples.size()); }
};

/// @throws Error protocol on an odd count of bytes.
AudioChunk chunk_from_bytes(std::string_view bytes);

enum class Speaker { user, agent };

std::string_view to_string(Speaker speaker);

/// What one speaker said without a break.
struct AudioSegment {
  Speaker speaker = Speaker::user;
  std::chrono::nanoseconds start{0}, end{0};  ///< since the scenario began
  Samples samples;
  std::optional<std::string> transcript;
  bool transcript_truncated = false;  ///< the agent was cut off: the transcript may be what it meant to say
};

/// Makes samples of a stream that may be cut anywhere: an odd byte waits for the next piece.
class ByteJoiner {
 public:
  Samples feed(std::string_view bytes);
  /// A byte is waiting. At the end of a stream it is half a sample that never came.
  bool pending() const { return odd_.has_value(); }

 private:
  std::optional<char> odd_;
};

}  // namespace antiphon::audio
