#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "antiphon/agent/participant.hpp"
#include "antiphon/result/call_record.hpp"
#include "antiphon/scenario/checks/check.hpp"
#include "antiphon/scenario/voice/voice_options.hpp"

namespace antiphon {

class RunState;

/// How our user speaks at one step alone (SCN-10), and what should come of it (VOX-93).
struct SpokenHow {
  std::string style{};
  std::optional<std::vector<VoiceEffect>> effects{};
  std::optional<Expectation>
      expect{};  ///< decides the run; unset: usual for the step (`stop` of an interruption, else `respond`), and nothing is decided by it
};

/// One step of a script. Built by the functions below; `line` and `column` are its place in a suite file.
struct Step {
  /// The user or agent speaks: its participant, or exactly this message (text in the role's voice).
  struct Speak {
    Role role = Role::user;
    std::optional<std::string> text;
    std::optional<Message> message;
    bool wait = true;  ///< false: the agent's turn goes on in the background
    SpokenHow how{};   ///< in a call
  };
  /// A verdict: final, or a checkpoint on `criteria`.
  struct Judge {
    std::optional<std::vector<std::string>> criteria;
  };
  struct Inject {
    Message message;
  };
  struct Proceed {
    std::optional<int> turns;
    std::function<void(RunState&)> on_turn;
    std::function<void(RunState&)> on_step;
  };
  struct End {
    bool success = true;
    std::string reason;
  };
  struct Assert {
    antiphon::Check check;
  };
  struct Sleep {
    Duration duration;
  };
  /// Runs on the run's own thread; may wait on its clock. A verdict that it returns ends the run.
  struct Call {
    std::function<Task<std::optional<Verdict>>(RunState&)> function;
  };

  /// A recording in place of our user's voice (VOX-30): a file, or canonical samples.
  struct Audio {
    std::string file;
    std::shared_ptr<const audio::Samples> samples{};
    std::string text{};  ///< what it says; empty: nobody knows
    SpokenHow how{};
  };
  /// A turn of our user without a word (VOX-31).
  struct Silence {
    Duration duration;
  };
  /// Keys of a telephone; `w` waits 500 ms (VOX-32).
  struct Dtmf {
    std::string keys;
  };
  /// Our user cuts in while the agent speaks (VOX-33).
  struct Interrupt {
    std::string text{};
    std::string file{};  ///< a recording in place of `text`'s synthesis
    std::optional<int> after_words{};
    std::optional<Duration> after{}, after_sent{};
    Duration wait_for_speech{std::chrono::seconds(8)};
    SpokenHow how{};
  };
  /// From the next turn of our user on (VOX-41).
  struct Effects {
    std::vector<VoiceEffect> effects;
  };

  std::variant<Speak, Judge, Inject, Proceed, End, Assert, Sleep, Call, Audio, Silence, Dtmf, Interrupt, Effects> what;
  int line = 0, column = 0;

  Step(decltype(what) w) : what(std::move(w)) {}  // NOLINT
  /// Any function of the state is a step (SCN-16).
  template <class F>
    requires std::is_invocable_v<F&, RunState&>
  Step(F function) : what(Call{wrap(std::move(function))}) {}  // NOLINT

 private:
  template <class F>
  static std::function<Task<std::optional<Verdict>>(RunState&)> wrap(F function);
};

template <class F>
std::function<Task<std::optional<Verdict>>(RunState&)> Step::wrap(F function) {
  using Answer = std::invoke_result_t<F&, RunState&>;
  if constexpr (std::is_same_v<Answer, Task<std::optional<Verdict>>>) {
    return function;
  } else if constexpr (std::is_same_v<Answer, Task<>>) {
    return [function](RunState& state) mutable -> Task<std::optional<Verdict>> {
      co_await function(state);
      co_return std::nullopt;
    };
  } else if constexpr (std::is_void_v<Answer>) {
    return [function](RunState& state) mutable -> Task<std::optional<Verdict>> {
      function(state);
      co_return std::nullopt;
    };
  } else {
    return [function](RunState& state) mutable -> Task<std::optional<Verdict>> { co_return std::optional<Verdict>(function(state)); };
  }
}

Step user();
Step user(std::string text);
Step user(Message message);
struct AgentStepOptions {
  bool wait = true;
};
Step agent();
Step agent(AgentStepOptions options);
Step agent(std::string text);
Step agent(Message message);
Step message(Message message);
/// The final verdict, on the judge's own criteria; ends the run.
Step judge();
/// A verdict on these criteria alone; the run goes on when all are met.
Step checkpoint(std::vector<std::string> criteria);
Step proceed(std::optional<int> turns = {}, std::function<void(RunState&)> on_turn = {}, std::function<void(RunState&)> on_step = {});
Step succeed(std::string reason = {});
Step fail(std::string reason = {});
Step check(Check check);
Step sleep(Duration duration);
Step user(std::string text, SpokenHow how);
/// In a call. `file` is a path below the working directory; what looks like a URL is refused.
Step play_audio(std::string file, std::string text = {}, SpokenHow how = {});
/// Canonical samples (PCM16 mono 24 kHz).
Step play_audio(audio::Samples samples, std::string text = {}, SpokenHow how = {});
Step silence(Duration duration);
Step dtmf(std::string keys);
struct InterruptOptions {
  std::optional<int> after_words{};
  std::optional<Duration> after{}, after_sent{};
  Duration wait_for_speech_timeout{std::chrono::seconds(8)};
  SpokenHow how{};
};
/// `content` is spoken; where it ends in .wav, .mp3, .ogg, .flac or .opus, that recording is played.
Step interrupt(std::string content, InterruptOptions options = {});
Step effects(std::vector<VoiceEffect> effects);

}  // namespace antiphon
