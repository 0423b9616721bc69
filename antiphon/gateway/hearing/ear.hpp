#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "antiphon/audio/vad/voice_activity.hpp"
#include "antiphon/base/channel.hpp"
#include "antiphon/base/runtime.hpp"
#include "antiphon/base/task_group.hpp"
#include "antiphon/gateway/hearing/recent_samples.hpp"
#include "antiphon/providers/stt/speech_to_text.hpp"

namespace antiphon::gateway {

/// When a caller's turn is over, and who says what was said in it.
struct EarSettings {
  audio::VoiceSettings detector{.timing = {.onset = std::chrono::milliseconds(60), .hangover = std::chrono::milliseconds(200)}};
  RecognitionSettings recognition{};
  Duration end_of_turn{std::chrono::milliseconds(400)};         ///< of silence after the voice (GTW-23)
  Duration end_of_unfinished{std::chrono::milliseconds(1200)};  ///< where the words are not complete
  Duration without_words{std::chrono::milliseconds(500)};       ///< of silence after a voice of which no word was understood
  Duration pre_roll{std::chrono::milliseconds(350)};            ///< of audio before the first voiced frame that the recogniser gets
  Duration longest_turn{std::chrono::seconds(60)};              ///< for a recogniser that hears nothing on the way: what follows without a pause is lost
  Duration recognition_timeout{std::chrono::seconds(10)};
  /// Whether a sentence may end here; empty: any may.
  std::function<bool(const std::string& text)> is_complete{};
  std::function<void(Duration lag)> on_taken{};  ///< the recogniser has taken what came so long ago, or has understood what ended then
};

/// The caller's voice began; three voiced frames have passed since.
struct SpeechStarted {
  Clock::Time at{0};
};
/// It stopped, then; the turn may go on.
struct SpeechStopped {
  Clock::Time at{0};
};
/// What was understood of the turn so far; replaces what was told before.
struct PartialHeard {
  std::string text;
  std::optional<double> confidence{};
};
/// The words of the turn are known, and it will be over unless the caller goes on: an answer may be thought of.
struct TurnLikely {
  std::string text;
};
/// The caller's turn is over (contracts.md §10: told once, with all its words).
struct TurnClosed {
  std::string text;  ///< empty: there were no words in it
  std::optional<double> confidence{};
  Clock::Time voice_ended{0};
  std::optional<Duration> recognised_after{};  ///< end of the voice to the final transcript; absent: it was typed
};
/// The recogniser failed: what was said in this turn is lost.
struct TurnLost {
  Error error;
};
using EarEvent = std::variant<SpeechStarted, SpeechStopped, PartialHeard, TurnLikely, TurnClosed, TurnLost>;

/// Listens to a caller: finds speech, has it recognised from its first voiced frame on, and says when a turn is over. One call, one executor.
class Ear {
 public:
  /// `recogniser` outlives it. @throws Error as `audio::VoiceActivity`.
  Ear(Runtime& runtime, SpeechToText& recogniser, EarSettings settings);
  ~Ear();
  Ear(const Ear&) = delete;
  Ear& operator=(const Ear&) = delete;

  /// Canonical audio of the caller in order, silence too; never waits.
  void hear(audio::SampleView samples);
  bool speaking() const { return activity_.speaking(); }

  /// Recognises until cancelled. One task.
  Task<> run();
  /// In order; consumed by one task.
  Channel<EarEvent>& events() { return events_; }

 private:
  struct Turn;

  void open_turn(Clock::Time began);
  Clock::Time time_of(std::size_t sample) const;
  bool is_full(const Turn& turn) const;
  Task<> understand(std::shared_ptr<Turn> turn);
  Task<> understand_whole(std::shared_ptr<Turn> turn);
  Task<> understand_on_the_way(std::shared_ptr<Turn> turn);
  Task<> feed(std::shared_ptr<Turn> turn);
  Task<> follow(std::shared_ptr<Turn> turn);
  Task<> close_in_time(std::shared_ptr<Turn> turn, const TaskGroup& recognising);
  Task<> close_when_silent(std::shared_ptr<Turn> turn);
  Duration patience(const std::string& text) const;
  void close(Turn& turn);

  Runtime& runtime_;
  Clock& clock_;
  SpeechToText& recogniser_;
  EarSettings settings_;
  audio::VoiceActivity activity_;
  RecentSamples pre_roll_;
  std::size_t heard_ = 0;                      ///< samples
  Clock::Time heard_at_{0};                    ///< when the last of them came
  std::shared_ptr<Turn> turn_;                 ///< the one under way
  std::unique_ptr<RecognitionStream> stream_;  ///< kept for the call, where the recogniser hears on the way
  Pulse changed_;                              ///< something else than more audio
  Pulse came_;                                 ///< audio of a turn
  Channel<EarEvent> events_;
};

}  // namespace antiphon::gateway
