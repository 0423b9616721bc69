#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "antiphon/audio/pcm.hpp"
#include "antiphon/base/clock.hpp"
#include "antiphon/base/json.hpp"

namespace antiphon {

struct RecognisedWord {
  std::string text;
  Duration start{0}, end{0};           ///< since the first sample that was handed in
  std::optional<double> confidence{};  ///< 0..1
};

/// What was understood. No text: nothing was said.
struct Recognition {
  std::string text;
  std::optional<double> confidence{};   ///< 0..1
  std::vector<RecognisedWord> words{};  ///< empty where the recogniser tells no times
};

/// What holds for one recording or stream.
struct RecognitionSettings {
  std::string language{};              ///< BCP 47; empty: the recogniser's own
  std::vector<std::string> phrases{};  ///< texts whose words are likely; who cannot use them leaves them out (`RecognitionCapabilities::phrases`)
  json::object settings{};             ///< what a vendor adds
};

struct RecognitionCapabilities {
  bool streaming = false;  ///< hears while somebody speaks
  bool partials = false;   ///< tells what it understood so far
  bool word_times = false;
  bool confidence = false;
  bool phrases = false;               ///< is primed by `RecognitionSettings::phrases`: its word error rates count as `primed`
  bool waits_on_clock_alone = false;  ///< computes in this process: may be used in virtual time
};

struct RecognitionEvent {
  enum class Kind {
    partial,          ///< of the utterance under way; replaces the partial before it
    final,            ///< a piece that will not change any more
    end_of_utterance  ///< the speaker has finished; without text
  } kind = Kind::partial;
  Recognition heard{};
};

/// One stream of canonical audio that is understood on the way. One thread; `feed` and `next` may be awaited at the same time, each once.
class RecognitionStream {
 public:
  virtual ~RecognitionStream() = default;
  /// Any count of samples. @throws Error closed, timeout.
  virtual Task<> feed(audio::Samples samples, Deadline deadline) = 0;
  /// Nothing more comes: what was not final yet becomes so.
  virtual Task<> finish(Deadline deadline) = 0;
  /// nullopt: everything was told. @throws Error timeout, closed, protocol, unauthorized, rate_limited.
  virtual Task<std::optional<RecognitionEvent>> next(Deadline deadline) = 0;
};

/// Understands speech. An implementation only computes, or translates to the vendor's wire; retry, cache and cassette wrap this interface.
///
/// Used on the thread of one executor. Several recordings may be handed in at once.
class SpeechToText {
 public:
  virtual ~SpeechToText() = default;
  /// A whole recording, canonical audio. Too short to hold a word: no text, no error.
  /// @throws Error unauthorized, rate_limited (with retry_after), unavailable, timeout, closed, refused, protocol, invalid_input, too_large.
  virtual Task<Recognition> transcribe(audio::Samples samples, RecognitionSettings settings, Deadline deadline) = 0;
  /// @throws Error as above; unsupported where `streaming` is false.
  virtual Task<std::unique_ptr<RecognitionStream>> open(RecognitionSettings settings, Deadline deadline) = 0;
  virtual const RecognitionCapabilities& capabilities() const = 0;
  /// Recogniser and version, as results name it: `moonshine/tiny-en`, `openai/gpt-4o-transcribe`.
  virtual const std::string& name() const = 0;
};

}  // namespace antiphon
