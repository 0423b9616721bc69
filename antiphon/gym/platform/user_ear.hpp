#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "antiphon/audio/line_resampler.hpp"
#include "antiphon/audio/vad/voice_activity.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/pulse.hpp"
#include "antiphon/base/runtime.hpp"
#include "antiphon/gym/platform/platform_settings.hpp"

namespace antiphon::gym {

/// A user's turn that is over.
struct HeardTurn {
  int number = 0;               ///< of the session's turns by voice
  std::string text{};           ///< empty: no words were understood
  Duration audio{0};            ///< of it
  std::optional<Error> lost{};  ///< the recogniser failed
};

/// Told at once, from within `hear` or the ear's own tasks; calls nothing of the ear.
struct EarListener {
  std::function<void(int number)> began{};                                ///< a turn
  std::function<void(int number, const std::string& text)> understood{};  ///< so far; replaces what was told before
  std::function<void(const HeardTurn& turn)> over{};                      ///< in the order in which they began; another one may be under way
};

/// Hears a client: finds turns in its audio, or takes their bounds from push to talk, and has them recognised. One session, one executor.
class UserEar {
 public:
  /// `recogniser` outlives it; nullptr: audio is dropped. @throws Error as `audio::VoiceActivity`
  UserEar(Runtime& runtime, SpeechToText* recogniser, RecognitionSettings recognition, const HearingSettings& settings, TurnTrigger trigger,
          EarListener listener);
  ~UserEar();
  UserEar(const UserEar&) = delete;
  UserEar& operator=(const UserEar&) = delete;

  /// PCM16 at 8 kHz, any even count of bytes, at any pace.
  void hear(std::string_view bytes);
  /// Push to talk: the turn's bounds.
  void press();
  void release();
  bool in_turn() const { return turn_ != nullptr; }

  /// Recognises until cancelled. One task.
  Task<> run();

 private:
  struct Turn;

  void hear_automatic(audio::SampleView samples);
  void open_turn();
  void add(audio::SampleView samples);
  void close_turn();
  std::optional<Clock::Time> due() const;
  Task<> watch();
  Task<> recognise();
  Task<> understand(std::shared_ptr<Turn> turn);
  Task<> understand_whole(std::shared_ptr<Turn> turn);
  Task<> understand_on_the_way(std::shared_ptr<Turn> turn);
  Task<> feed(std::shared_ptr<Turn> turn, RecognitionStream& stream);
  Task<> follow(std::shared_ptr<Turn> turn, RecognitionStream& stream);
  Deadline soon() const { return Deadline::after(runtime_.clock, settings_.recognition_timeout); }

  Runtime& runtime_;
  SpeechToText* recogniser_;
  RecognitionSettings recognition_;
  HearingSettings settings_;
  TurnTrigger trigger_;
  EarListener listener_;
  audio::LineResampler rate_;
  audio::VoiceActivity activity_;
  audio::Samples pre_roll_;
  int turns_ = 0;
  std::shared_ptr<Turn> turn_;  ///< the one under way
  std::deque<std::shared_ptr<Turn>> to_recognise_;
  Clock::Time last_audio_{0};
  std::optional<Clock::Time> stopped_at_;  ///< when the voice was known to have stopped; nullopt: it goes on
  Pulse changed_, came_;
};

}  // namespace antiphon::gym
