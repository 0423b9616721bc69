#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "antiphon/base/channel.hpp"
#include "antiphon/base/limit.hpp"
#include "antiphon/base/runtime.hpp"
#include "antiphon/base/task_group.hpp"
#include "antiphon/gateway/call/caller_connection.hpp"
#include "antiphon/gateway/call/open_turn.hpp"
#include "antiphon/gateway/dialogue/dialogue.hpp"
#include "antiphon/gateway/hearing/ear.hpp"
#include "antiphon/gateway/hearing/echo.hpp"
#include "antiphon/gateway/hearing/tone_filter.hpp"
#include "antiphon/gateway/observe/call_note.hpp"
#include "antiphon/gateway/speaking/speech.hpp"

namespace antiphon::gateway {

/// Where a call goes on that another connection, maybe of another instance, has lost: without a greeting.
struct Resumption {
  std::optional<OpenTurn> open{};  ///< the last turn of the session, said again
};

/// What a call is made of and when it is over.
struct CallSettings {
  EarSettings ear{};
  Speech::Settings speech{};
  bool interruptible = true;       ///< false: the agent speaks on whatever the caller does
  bool think_ahead = false;        ///< an answer is thought of before it is known that the caller has finished (GTW-23)
  EchoPath echo = EchoPath::line;  ///< where the agent's own voice may come back from; it is neither voice nor words there
  /// What the caller may say while the agent goes on to speak; empty: any word takes the floor (contracts.md §10, `backchannel`).
  std::function<bool(const std::string& text)> is_backchannel{};
  Duration silence{std::chrono::seconds(8)};    ///< of both sides, after which the caller is asked
  Duration wordless{std::chrono::seconds(45)};  ///< of a voice without a word, after which it counts as silence
  int reprompts = 2;                            ///< and so often; then the call ends
  int most_turns = 50;
  Duration longest{std::chrono::minutes(30)};       ///< of the call; the reference's SESSION_TTL_SECONDS
  bool puts_through = false;                        ///< the line itself connects callers who want a person, whoever else is told
  Duration last_goodbye{std::chrono::seconds(1)};   ///< for the caller to answer the end of a call that is drained
  Duration last_sentence{std::chrono::seconds(2)};  ///< that a call which has to end may take to finish the sentence that it is at
  Duration parting{std::chrono::seconds(10)};       ///< and to say why it ends
  std::optional<Resumption> resumes{};
  std::function<void()> on_whole_answer{};   ///< all that will be said in a turn is known; `open_turn` tells
  std::shared_ptr<CallObserver> observer{};  ///< nullptr: nobody is told
};

/// One call from the first sample to the last: hears, answers, speaks and is interrupted, all at the same time (GTW-20, GTW-24). It knows no transport.
///
/// One executor. Everything waits on the clock of the runtime, so that a call in virtual time is the same each time.
class CallSession {
 public:
  /// What it refers to outlives it.
  CallSession(Runtime& runtime, CallerConnection& caller, SpeechToText& recogniser, Dialogue& dialogue, SessionState state, CallSettings settings);

  /// The whole call. Returns how it ended, the caller's connection closed. Never throws for what the caller or a provider does.
  Task<CallEnd> run();
  /// Ends the call at once; any task of the executor may ask.
  void end(CallEnd why);
  /// The same after the sentence under way, within `last_sentence`.
  void wind_down(CallEnd why);
  /// The same, and the caller hears why (`Dialogue::parting`), within `parting`; at once where there is nothing to say, or it has to end already.
  void part(Parting why);
  /// Ends what the agent is saying at once, and what it is about to answer as soon as that begins, also where callers may not interrupt; the call goes on.
  Task<> fall_silent();
  const SessionState& state() const { return state_; }
  /// The turn that is being answered.
  const std::optional<OpenTurn>& open_turn() const { return open_; }

 private:
  /// The turn that is being answered.
  struct Answering {
    std::shared_ptr<Stoppable> work = std::make_shared<Stoppable>();
    Clock::Time voice_ended{0};
    bool interrupted = false;
    std::optional<Heard> heard{};  ///< at the interruption
  };
  /// Why the agent speaks next.
  struct Floor {
    std::string text;  ///< of the caller; empty: it could not be heard
    std::optional<Clock::Time> voice_ended{};
    std::optional<Duration> recognised_after{};
  };

  Task<> receive();
  void take(CallerInput input);
  void hear(audio::Samples samples);
  void press(std::string keys);
  Task<> press_all();
  Task<> attend();
  Task<> tell_notes();
  Task<> converse();
  Task<> say_goodbye();
  Task<std::optional<Floor>> next_turn();
  Task<> wait_for_silence();
  Task<> take(EarEvent event);
  Task<> take(SpeechStarted started);
  Task<> take(SpeechStopped stopped);
  Task<> take(PartialHeard partial);
  Task<> take(TurnLikely likely);
  Task<> take(TurnOpen open);
  Task<> take(TurnClosed closed);
  Task<> take(TurnLost lost);
  void give_floor(Floor floor);
  Task<> interrupt();
  Task<> settle_interruption(bool with_words);
  void cut_off();
  Task<> take_back(bool where_heard);
  Task<> think(std::shared_ptr<Stoppable> work, SessionState session);
  void stop_thinking();
  bool is_ignored(const std::string& text, Duration voiced) const;
  Task<> answer_unheard();
  Task<> respond(Floor floor);
  Task<> go_on();
  Task<> speak_until_cut_off(std::shared_ptr<Answering> answering, Task<> work);
  Task<> answer_turn(Clock::Time voice_ended, Task<> work);
  Task<> answer();
  Task<> repeat();
  Task<> say_alone(std::string text);
  Task<bool> say_uncut(std::string text);
  Task<> finish_turn(TurnState& turn, Answering& answering);
  Task<> hand_over(bool& taken);
  Task<> say_nobody_there();
  Task<> hold_turns();
  Task<> end_after_sentence(CallEnd why, std::string parting);
  Task<> hear_out();
  Task<> say_parting(std::string text);
  Task<> tell(json::object event);
  void note_error(std::string_view code, const Error& error);
  void tell_error(std::string_view code, const Error& error);
  void observe(CallNote note) { gateway::tell(settings_.observer.get(), std::move(note)); }
  Speech::Settings with_notes(Speech::Settings settings);
  EarSettings with_intake(EarSettings settings);
  std::function<void(audio::SampleView, Clock::Time)> with_echo();
  Deadline soon() const;
  int turn_number() const { return static_cast<int>(state_.turns.size()); }
  std::int64_t ms(Clock::Time at) const;
  void note_activity() { active_at_ = clock_.now(); }
  /// And it is no noise that goes on for ever.
  bool somebody_speaks() const { return ear_.speaking() && clock_.now() < heard_at_ + settings_.wordless; }

  Clock& clock_;
  CallerConnection& caller_;
  Dialogue& dialogue_;
  Intake* intake_;
  SessionState state_;
  CallSettings settings_;
  ToneFilter tones_;
  std::unique_ptr<EchoRemover> echo_;
  Ear ear_;
  Output output_;
  Speech speech_;
  std::string keys_;  ///< pressed, and not yet looked at
  bool pressing_ = false;
  Channel<Floor> turns_;
  Channel<json::object> notes_;  ///< events of those that cannot wait until one is sent
  Pulse turned_;
  std::shared_ptr<Answering> answering_;
  std::shared_ptr<Stoppable> thinking_;
  bool voice_lost_ = false;  ///< no voice has said all of this turn
  bool over_agent_ = false;  ///< the caller's turn began while the agent spoke, and not into a question
  std::optional<OpenTurn> open_;
  AfterAnswer after_ = AfterAnswer::go_on;
  std::optional<CallEnd> ended_;
  bool winding_down_ = false;
  std::optional<ScopedAlarm> hurried_;  ///< an end that may not wait for last words
  bool floor_given_ = false;            ///< a turn of the caller is over, and its answer is not
  Clock::Time began_{0}, active_at_{0}, heard_at_{0}, pressed_at_{Clock::Time::min()};
  TaskGroup tasks_;
};

}  // namespace antiphon::gateway
