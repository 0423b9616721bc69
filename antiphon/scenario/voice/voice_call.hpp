#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "antiphon/providers/llm/remembered_model.hpp"
#include "antiphon/scenario/voice/call_watch.hpp"
#include "antiphon/scenario/voice/interjections.hpp"
#include "antiphon/scenario/voice/measured_sound.hpp"
#include "antiphon/scenario/voice/speaker.hpp"
#include "antiphon/scenario/voice/voice_line.hpp"
#include "antiphon/scenario/voice/voice_options.hpp"

namespace antiphon::voice {

/// Where a call takes place. References outlive it.
struct CallPlace {
  Runtime& runtime;
  const SpeechRegistry& speech;
  net::HttpClient& http;
  std::uint64_t seed = 0;
  std::string scenario_id{};
  std::shared_ptr<const trace::Scope> spans{};
  CallMemory memory{};  ///< answers for vendors' speech, and keeps it
  int concurrency = 0;  ///< calls in flight per vendor; 0: no limit
  std::string file{};   ///< the recording while it grows; empty: none
  audio::Loudspeaker* loudspeaker = nullptr;
  audio::Microphone* microphone = nullptr;
  const CallHooks* hooks = nullptr;
};

/// A turn of the agent, as our user understood it.
struct Heard {
  std::size_t turn = 0;  ///< index in `CallRecord::turns`
  std::string text;
  Duration start{0}, end{0};
};

/// What a person at the microphone said, as we understood it.
struct Spoken {
  std::size_t utterance = 0;
  std::string text;
};

/// What is to be said at one step, and how.
struct SayOptions {
  UtteranceKind kind = UtteranceKind::speech;
  std::string style{};
  std::optional<std::vector<VoiceEffect>> effects{};
  Expectation expect = Expectation::respond;
};

/// A cut into the agent's speech (VOX-33).
struct CutIn {
  std::string text{};  ///< spoken, unless `audio` is there; then what it says
  FindRecording audio{};
  /// Finds the words once the moment has come, from what was heard of the agent's turn so far; then `text` is not used. They come late by as long as it takes
  /// to find and speak them.
  std::function<Task<std::string>(std::string heard)> words{};
  std::optional<int> after_words{};      ///< of the agent's turn, as heard
  std::optional<Duration> after{};       ///< heard time since the turn's first voiced frame
  std::optional<Duration> after_sent{};  ///< nothing received for so long while what was received is still heard
  Duration wait_for_speech{std::chrono::seconds(8)};
  SayOptions how{.kind = UtteranceKind::interruption, .expect = Expectation::stop};
};

/// What came of it.
struct Cut {
  std::size_t utterance = 0;
  bool fired = false;  ///< false: the moment did not come, and the words were an ordinary line
};

/// A spoken conversation from our user's side: what it says, what it understands, when it cuts in. Times as in `VoiceLine`. One run, one thread.
class VoiceCall {
 public:
  /// @throws Error configuration for voices, recognisers and effects that are not there.
  VoiceCall(const VoiceOptions& options, const VoiceAgentSpec& spec, std::unique_ptr<VoiceAgentAdapter> adapter, CallPlace place);

  /// Connects, and lets the agent greet where that is usual. Its greeting, if there was one.
  Task<std::optional<Heard>> begin(Deadline deadline, bool script_takes_greeting);
  /// Hangs up. Never throws.
  Task<> end(Deadline deadline);
  /// Measures how both sides sound, for `record`. After `end`. @throws Error io, cancelled.
  Task<> measure_sound();

  /// Speaks; returns when it has left. Its utterance.
  Task<std::size_t> say(std::string text, SayOptions how);
  Task<std::size_t> play(FindRecording recording, std::string text, SayOptions how);
  Task<std::size_t> stay_silent(Duration duration);
  Task<std::size_t> press(std::string keys);
  /// The line goes on, and our user does nothing.
  Task<> wait(Duration duration);
  void set_effects(const std::vector<VoiceEffect>& effects);
  /// Waits for the person at the microphone to say something that can be understood; nullopt: the agent, or they, hung up.
  Task<std::optional<Spoken>> listen();
  /// The person at the microphone wants to say no more.
  void leave() { left_ = true; }

  /// Waits for the turn that answers what was said last, to its end; nullopt: the agent has hung up by its own will.
  /// @throws Error timeout after `response_timeout` of silence, closed; party agent.
  Task<std::optional<Heard>> answer();
  /// Overhears the turns that have ended and nobody has taken yet.
  Task<> overhear();
  /// Those of them alone that cannot answer any more: they began before what our user said last.
  Task<> overhear_before_our_line();
  /// All that nobody has taken, also what was cut off. After `end`.
  Task<> overhear_rest();
  /// Turns that were overheard, or that an `answer` has passed over, in order. They are kept until somebody takes them: nothing is lost where a wait is
  /// cancelled.
  std::vector<Heard> take_overheard() { return std::exchange(overheard_, {}); }
  /// Cuts in, and returns when our user has finished and the agent has stopped, or 2 s have shown that it does not.
  Task<Cut> interrupt(CutIn cut);

  Duration now() const { return line_.now(); }
  const VoiceLine& line() const { return line_; }
  void place_utterance(std::size_t utterance, std::size_t message) { line_.utterances()[utterance].message = message; }
  void place_turn(std::size_t turn, std::size_t message) { line_.turns().turns()[turn].message = message; }
  std::vector<std::string> notices() const;
  /// What a hook threw; nullptr: nothing.
  std::exception_ptr hook_failure() const { return watch_ ? watch_->failure() : nullptr; }
  /// What is known so far.
  CallRecord record() const;
  /// The audio of the call that `record` told of. After `end`.
  std::shared_ptr<VoiceRecording> recording(const CallRecord& record);

 private:
  Task<std::size_t> send(UserUtterance utterance, std::shared_ptr<const audio::Samples> samples, bool own_noise = false);
  Task<std::size_t> send_silence(UserUtterance utterance, Duration length);
  Task<std::size_t> sent(std::size_t utterance);
  Task<std::size_t> send(Speech speech, std::string text, const SayOptions& how);
  std::optional<std::size_t> next_ended(Duration since) const;
  Task<Heard> take(std::size_t turn);
  Task<> overhear_next();
  Task<Heard> take_next();
  struct Understood {
    Heard heard{};
    std::exception_ptr failed{};  ///< what the recogniser threw: `heard` is what the agent told
  };
  Task<Understood> understand(std::size_t turn);
  std::string_view words_so_far() const;
  Task<std::optional<std::string>> hear(AgentTurn turn, std::string told);
  std::optional<double> oov_rate() const;
  Task<> prepare_interjections();
  void interject();
  Task<> tick();
  Task<Speech> words_of(CutIn& cut);
  Duration lead_of(const Speech& speech) const;
  bool still_in(std::size_t turns) const;
  struct Moment {
    std::optional<Duration> at{};  ///< nullopt: it did not come
    bool spoke = false;            ///< the agent had begun
    std::string missed{};          ///< why it did not come
  };
  Task<Moment> moment_for(const CutIn& cut, Duration lead);
  Task<bool> until_speaking(Duration limit);
  Task<bool> until_words(int words);
  Task<std::string> heard_so_far();
  Task<> until_stopped(Duration since);
  bool quiet_for_too_long(Duration since) const;
  Deadline soon() const;

  const VoiceOptions& options_;
  CallPlace place_;
  std::vector<std::string> notices_;
  AdapterCapabilities capabilities_;
  TurnRules rules_;
  Greeting greeting_;
  Speaker speaker_;
  std::optional<OpenEar> ear_;
  Interjections interjections_;
  std::optional<CallWatch> watch_;
  VoiceLine line_;
  Duration answerable_since_{0};  // only a turn that begins from here on can answer
  std::size_t taken_ = 0;         // turns that are part of the conversation
  std::vector<Heard> overheard_{};
  std::vector<Interruption> interruptions_;
  MeasuredSound sound_;
  bool left_ = false;
  std::shared_ptr<bool> cutting_in_ = std::make_shared<bool>(false);
  std::optional<std::size_t> cut_turn_;  // who has cut in does not go on to nod
};

}  // namespace antiphon::voice
