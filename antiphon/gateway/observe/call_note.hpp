#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "antiphon/gateway/call/caller_connection.hpp"
#include "antiphon/gateway/session_state.hpp"

/// What operators are told of calls, apart from how they are told.
namespace antiphon::gateway {

/// Which call it is that notes are about.
struct CallIdentity {
  std::string id, transport;
};

struct CallBegan {
  std::string caller_id, locale;
};
/// The caller's turn is over and is being answered.
struct TurnBegan {
  int turn = 0;
  std::string text;
  Clock::Time voice_ended{0};
  std::optional<Duration> asr{};  ///< end of the voice to the final transcript; absent: it was typed, or keyed in
};
/// One answer of a model, whole or broken off.
struct ModelAnswered {
  int turn = 0;
  Clock::Time began{0};
  Duration took{0};
  std::optional<Duration> first_token{};
  bool after_tools = false;  ///< it was shown what tools returned
  std::string text{};
  std::string error{};       ///< why there is none; empty: there is
  bool interrupted = false;  ///< the caller took the floor before its end
  std::optional<std::int64_t> input_tokens{}, output_tokens{};
};
struct ToolAnswered {
  int turn = 0;
  std::string name{};  ///< of a configured tool, or `unknown`
  std::string arguments{};
  bool ok = false;
  std::string error{};
  Duration latency{0};
};
/// A sentence was synthesised, or could not be.
struct SentenceSpoken {
  int turn = 0;
  std::string text{};
  Clock::Time began{0};
  Duration took{0};
  std::optional<Duration> first_sample{};
  std::string error{};
  bool interrupted = false;  ///< the caller took the floor before its end
};
/// The recogniser has taken audio: how long after it came.
struct AudioRecognised {
  Duration lag{0};
};
/// Playback stopped for the caller's voice.
struct BargedIn {
  int turn = 0;
  Duration heard{0};  ///< of the turn's audio
};
/// It was a cough: the agent speaks on.
struct BargeInTakenBack {
  int turn = 0;
};
/// A provider could not do its work; `stage` is asr, tts, dialogue or escalation.
struct StageFailed {
  std::string_view stage;
  std::string error;
};
/// Another provider was asked in the place of one that failed; `stage` is tts or dialogue. The work was not lost by that.
struct StoodIn {
  int turn = 0;
  std::string_view stage;
  std::string provider;  ///< that failed
  std::string error;
};
struct TurnEnded {
  int turn = 0;
  std::string heard_text{};
  bool interrupted = false;
  TurnLatency latency{};
};
struct CallEscalated {
  EscalationReason reason = EscalationReason::policy;
};
struct CallEnded {
  CallEnd why = CallEnd::completed;
  int turns = 0;
  std::string error{};         ///< why it broke, where it did; what a client did wrong, too
  bool callers_fault = false;  ///< it broke for what the client did wrong
  std::size_t ignored = 0;     ///< messages of the client that meant nothing
};

using CallNote = std::variant<CallBegan, TurnBegan, ModelAnswered, ToolAnswered, SentenceSpoken, AudioRecognised, BargedIn, BargeInTakenBack, StageFailed,
                              StoodIn, TurnEnded, CallEscalated, CallEnded>;

/// Told what happens in one call, in order, the moment it does. `CallBegan` comes first and `CallEnded` last.
class CallObserver {
 public:
  virtual ~CallObserver() = default;
  /// On the executor of the call. Never waits, never throws: no audio is late for it.
  virtual void note(const CallNote& note) noexcept = 0;
};

/// For whoever may have nobody to tell.
inline void tell(CallObserver* observer, CallNote note) noexcept {
  if (observer) observer->note(note);
}

}  // namespace antiphon::gateway
