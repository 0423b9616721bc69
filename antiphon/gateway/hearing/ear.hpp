#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "antiphon/audio/vad/voice_activity.hpp"
#include "antiphon/base/channel.hpp"
#include "antiphon/base/runtime.hpp"
#include "antiphon/base/task_group.hpp"
#include "antiphon/gateway/hearing/recent_samples.hpp"
#include "antiphon/gateway/hearing/recogniser_chain.hpp"
#include "antiphon/gateway/hearing/turn_audio.hpp"

namespace antiphon::gateway {

/// When a caller's turn is over, and who says what was said in it.
struct EarSettings {
  audio::VoiceSettings detector{.timing = {.onset = std::chrono::milliseconds(60), .hangover = std::chrono::milliseconds(200)}};
  RecognitionSettings recognition{};
  std::vector<Recogniser> stand_ins{};                          ///< hear where the recogniser fails, in this order (GTW-25)
  Duration end_of_turn{std::chrono::milliseconds(400)};         ///< of silence after the voice (GTW-23)
  Duration end_of_unfinished{std::chrono::milliseconds(1200)};  ///< where the words are not complete
  Duration without_words{std::chrono::milliseconds(460)};       ///< of silence after which it is told what is known of a turn that is not over
  Duration last_words{std::chrono::seconds(1)};                 ///< of silence until which a recogniser on the way has to be final, where it has told words
  Duration first_words{std::chrono::seconds(2)};                ///< and where it has told none: then it is asked for them
  Duration pre_roll{std::chrono::milliseconds(350)};            ///< of audio before the first voiced frame that the recogniser gets
  Duration quiet_line{std::chrono::seconds(1)};                 ///< without audio, after which a voice under way is over
  Duration longest_piece{std::chrono::seconds(30)};             ///< a recogniser that hears nothing on the way gets longer turns in such pieces
  Duration recognition_timeout{std::chrono::seconds(10)};       ///< half of it where another recogniser can stand in
  int reconnects = 2;                                           ///< of a stream that breaks, within a turn
  /// Whether a sentence may end here; empty: any may.
  std::function<bool(const std::string& text)> is_complete{};
  std::function<void(Duration lag)> on_taken{};   ///< the recogniser has taken what came so long ago, or has understood what ended then
  std::function<void(const Error&)> on_failed{};  ///< a recogniser has failed; another one, or a new connection, may mend it
};

/// A voice of less than this is a cough or a grunt.
inline constexpr Duration shortest_voice = std::chrono::milliseconds(250);

/// The caller's voice began; three voiced frames have passed since.
struct SpeechStarted {
  Clock::Time at{0};
};
/// It stopped, then; the turn may go on.
struct SpeechStopped {
  Clock::Time at{0};
  Duration voiced{0};  ///< of the turn so far
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
/// The caller has been silent for `without_words`, and the turn is not over; what is known of it. No words: most likely there are none.
struct TurnOpen {
  std::string text;
  Duration voiced{0};
};
/// The caller's turn is over (contracts.md §10: told once, with all its words).
struct TurnClosed {
  std::string text;  ///< empty: there were no words in it
  std::optional<double> confidence{};
  Clock::Time voice_ended{0};
  std::optional<Duration> recognised_after{};  ///< end of the voice to the final transcript; absent: it was typed
  std::optional<Duration> voiced{};            ///< the same
};
/// All recognisers have failed: what was said in this turn is lost.
struct TurnLost {
  Error error;
};
using EarEvent = std::variant<SpeechStarted, SpeechStopped, PartialHeard, TurnLikely, TurnOpen, TurnClosed, TurnLost>;

/// Listens to a caller: finds speech, has it recognised from its first voiced frame on, and says when a turn is over. One call, one executor.
///
/// Where a recogniser fails in the middle of a turn, it or another one hears again what no final transcript has answered (GTW-21, GTW-25).
class Ear {
 public:
  /// `recogniser` outlives it. @throws Error as `audio::VoiceActivity`.
  Ear(Runtime& runtime, SpeechToText& recogniser, EarSettings settings);
  ~Ear();
  Ear(const Ear&) = delete;
  Ear& operator=(const Ear&) = delete;

  /// Canonical audio of the caller in order, silence too; never waits. Where none comes while there is a voice, that is silence.
  void hear(audio::SampleView samples);
  bool speaking() const { return activity_.speaking(); }

  /// Recognises until cancelled. One task.
  Task<> run();
  /// In order; consumed by one task.
  Channel<EarEvent>& events() { return events_; }

 private:
  struct Turn;

  void open_turn(Clock::Time began);
  void begin_turn(Clock::Time voice_began);
  Clock::Time time_of(std::size_t sample) const;
  void stop_voice(Clock::Time at);
  void watch_line();
  bool is_long(const Turn& turn) const;
  Task<> wait_for_turn(TaskGroup* meanwhile);
  Task<> listen_to_silence();
  Task<> understand(std::shared_ptr<Turn> turn);
  bool can_go_on(Turn& turn, const Error& error);
  Task<> understand_whole(std::shared_ptr<Turn> turn);
  Task<> understand_piece(std::shared_ptr<Turn> turn);
  Task<Recognition> transcribe(audio::Samples samples);
  Task<> understand_on_the_way(std::shared_ptr<Turn> turn);
  Task<> feed(std::shared_ptr<Turn> turn);
  Task<> follow(std::shared_ptr<Turn> turn);
  void take(Turn& turn, RecognitionEvent event);
  Task<> watch(std::shared_ptr<Turn> turn, TaskGroup* tasks);
  Task<> close_when_silent(std::shared_ptr<Turn> turn);
  Task<> ask_for_the_rest(std::shared_ptr<Turn> turn);
  Task<> wake_at(Clock::Time due);
  std::optional<Clock::Time> end_of(const Turn& turn) const;
  Duration patience(const std::string& text) const;
  Duration limit() const { return chain_.has_stand_in() ? settings_.recognition_timeout / 2 : settings_.recognition_timeout; }
  void tell_likely(Turn& turn);
  void tell_open(Turn& turn);
  void close(Turn& turn);
  void close_and_listen_on(Turn& turn);

  Runtime& runtime_;
  Clock& clock_;
  EarSettings settings_;
  RecogniserChain chain_;
  audio::VoiceActivity activity_;
  RecentSamples pre_roll_;
  std::size_t heard_ = 0;                      ///< samples
  Clock::Time heard_at_{0};                    ///< when the last of them came
  std::shared_ptr<Turn> turn_;                 ///< the one under way
  std::unique_ptr<RecognitionStream> stream_;  ///< kept from turn to turn, where a recogniser elsewhere hears on the way
  std::size_t fed_ = 0;                        ///< samples that it got
  std::optional<ScopedAlarm> line_watch_;      ///< while there is a voice
  Pulse changed_;                              ///< something else than more audio
  Pulse came_;                                 ///< audio of a turn
  Channel<EarEvent> events_;
};

}  // namespace antiphon::gateway
