#pragma once

#include <memory>
#include <optional>
#include <string>

#include "antiphon/audio/pcm.hpp"
#include "antiphon/base/clock.hpp"
#include "antiphon/base/json.hpp"

namespace antiphon {

/// What is to be said, and how.
struct SpeechRequest {
  std::string text;
  std::string voice{};      ///< the provider's name for it: `heart`, `alloy`; empty: its usual one
  double speed = 1;         ///< times as fast: 0.5 to 2
  std::string style{};      ///< instructions in words; who cannot follow them leaves them out (`SpeechCapabilities::styles`)
  std::string language{};   ///< BCP 47; empty: the voice's own
  json::object settings{};  ///< what a vendor adds
};

/// What a synthesiser can do: data, so that it is known before anything is said.
struct SpeechCapabilities {
  bool streaming = false;             ///< the first piece is there before the last
  bool styles = false;                ///< follows `SpeechRequest::style`
  bool speeds = false;                ///< follows `SpeechRequest::speed`
  bool waits_on_clock_alone = false;  ///< computes in this process: may be used in virtual time
};

/// Speech on its way, as canonical audio (PCM16 mono 24 kHz) in pieces of any length.
class SpeechStream {
 public:
  virtual ~SpeechStream() = default;
  /// The next piece, never empty; nullopt: that was all.
  /// @throws Error timeout, closed, protocol (half a sample at the end among it).
  virtual Task<std::optional<audio::Samples>> next(Deadline deadline) = 0;
};

/// Speaks text. An implementation only computes, or translates to the vendor's wire; retry, cache and cassette wrap this interface.
///
/// Used on the thread of one executor. Several texts may be asked for at once.
class TextToSpeech {
 public:
  virtual ~TextToSpeech() = default;
  /// Returns when the first piece is there or the whole is known to be silent. Cancelling the awaiting task ends the vendor's request. An empty text is
  /// an empty stream.
  /// @throws Error unauthorized, rate_limited (with retry_after), unavailable, timeout, closed, refused, protocol, invalid_input.
  virtual Task<std::unique_ptr<SpeechStream>> synthesize(SpeechRequest request, Deadline deadline) = 0;
  virtual const SpeechCapabilities& capabilities() const = 0;
  /// The provider, for messages to people: `hibari`, `openai`.
  virtual const std::string& name() const = 0;
};

/// The whole of it. @throws Error as `synthesize` and `next`.
Task<audio::Samples> synthesize_whole(TextToSpeech& voice, SpeechRequest request, Deadline deadline);

/// A stream of what is there already.
std::unique_ptr<SpeechStream> speech_of(audio::Samples samples);

}  // namespace antiphon
