#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "antiphon/base/limit.hpp"
#include "antiphon/base/pulse.hpp"
#include "antiphon/gateway/speaking/output.hpp"
#include "antiphon/providers/tts/text_to_speech.hpp"

namespace antiphon::gateway {

/// A voice, and how it is asked to speak.
struct SpeakingVoice {
  std::shared_ptr<TextToSpeech> synthesiser;
  SpeechRequest defaults{};
};

/// Sentences become speech in their order, the next one while the one before is heard. Where a voice fails before the first sample of a sentence, the next
/// voice of the list says it; where all fail, the sentence is left out and told to `on_lost`.
class Speech {
 public:
  /// What became of a sentence.
  struct Spoken {
    int turn = 0;
    std::string text{};
    Clock::Time began{0};
    std::optional<Duration> first_sample{};  ///< after which its audio began
    std::string error{};                     ///< why it was left out or broke off; empty: it did not
    bool interrupted = false;                ///< `forget` was called meanwhile
  };
  struct Settings {
    std::vector<SpeakingVoice> voices;                                                          ///< at least one
    Duration first_sample{std::chrono::seconds(5)};                                             ///< until which a voice has to begin
    Duration next_sample{std::chrono::seconds(5)};                                              ///< and to go on
    std::function<void(const Error&)> on_lost{};                                                ///< the error of the last voice
    std::function<void(int turn, const std::string& voice, const Error& error)> on_stand_in{};  ///< that voice failed, and the next is asked
    std::function<void(Duration)> on_first_sample{};                                            ///< what a sentence took to begin
    std::function<void(const Spoken&)> on_spoken{};                                             ///< each sentence, at its end
  };

  Speech(Clock& clock, Output& output, Settings settings) : clock_(clock), output_(output), settings_(std::move(settings)) {}

  void say(int turn, std::string sentence);
  /// What was not synthesised yet is left out, the sentence under way included.
  void forget();
  /// The same, but the sentence under way is synthesised to its end.
  void forget_waiting();
  bool busy() const { return !waiting_.empty() || current_; }
  /// Until all that was said is synthesised.
  Task<> wait_until_synthesised();

  /// Synthesises until cancelled. One task.
  Task<> run();

 private:
  Task<std::string> synthesise(std::shared_ptr<SpokenSentence> sentence);
  Task<> with_voice(const SpeakingVoice& voice, std::shared_ptr<SpokenSentence> sentence);

  Clock& clock_;
  Output& output_;
  Settings settings_;
  std::deque<std::shared_ptr<SpokenSentence>> waiting_;
  std::shared_ptr<Stoppable> current_;
  std::optional<Duration> first_sample_;  ///< of the sentence that is being synthesised
  Pulse changed_;
};

}  // namespace antiphon::gateway
