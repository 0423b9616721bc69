#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <variant>

#include "antiphon/audio/pcm.hpp"
#include "antiphon/base/clock.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/json.hpp"

namespace antiphon::gateway {

/// Samples per second of what a session says: canonical audio.
inline constexpr int agent_rate_hz = audio::canonical_rate_hz;
/// All audio leaves in frames of this length.
inline constexpr Duration frame_length = std::chrono::milliseconds(20);

/// Canonical audio of the caller, any count of samples, whatever the transport carries.
struct CallerAudio {
  audio::Samples samples;
};
/// Keys that came beside the audio.
struct CallerKeys {
  std::string digits;  ///< 0-9, *, #, A-D
};
/// What the caller typed in place of speaking.
struct CallerText {
  std::string text;
};
/// How much of a turn's audio the caller's player has played; it knows better than we do.
struct CallerPlayed {
  int turn = 0;
  Duration played{0};
};
using CallerInput = std::variant<CallerAudio, CallerKeys, CallerText, CallerPlayed>;

/// Why a call is over (contracts.md §10).
enum class CallEnd { completed, escalated, caller_hangup, error, expired, drain };
std::string_view to_string(CallEnd end);

/// The caller's end broke the rules of its protocol, and the connection is ended for that: nothing of ours has failed.
class CallerFault : public Error {
 public:
  using Error::Error;
};

/// One caller's connection, whatever carries it. Belongs to one executor; one task receives, another sends, events may come from any task of it.
class CallerConnection {
 public:
  virtual ~CallerConnection() = default;

  /// The next input in order; nullopt once the caller has hung up. @throws CallerFault; Error closed, timeout at the deadline.
  virtual Task<std::optional<CallerInput>> receive(Deadline deadline) = 0;
  using Listener = std::function<void(CallerInput)>;
  /// From now on inputs may go to `listener` in the moment they are there, in order, and `receive` returns only what does not: a frame need not wake a task.
  /// Empty: nobody listens any more. It may not throw.
  virtual void listen(Listener listener) { (void)listener; }
  /// One frame of canonical audio. Returns when the system has taken it. @throws Error closed, timeout.
  virtual Task<> send_audio(audio::SampleView frame, Deadline deadline) = 0;
  /// The same, of one frame or several, where that takes no waiting. False: nothing was sent, and `send_audio` is to be asked.
  virtual bool send_audio_now(audio::SampleView frames) { return (void)frames, false; }
  /// How many frames are best sent at once, the first of them later than it might be: more than one only where audio may be far ahead.
  virtual std::size_t frames_together() const { return 1; }
  /// The caller's player drops what it has not played yet, where there is a way to tell it so.
  virtual Task<> clear(Deadline deadline) = 0;
  /// What happened in the call, for callers that listen to it; in order with the audio. Nothing for others. `t` is set where it is not the present.
  virtual Task<> event(json::object event, Deadline deadline) = 0;
  /// How far audio may be sent ahead of its time: far, where `clear` reaches the player; else one frame.
  virtual Duration ahead() const = 0;
  /// Messages of the caller that meant nothing, so far.
  virtual std::size_t ignored() const { return 0; }
  /// Says goodbye and ends it. Never throws for a caller that is gone already.
  virtual Task<> end(CallEnd end, Deadline deadline) = 0;
};

}  // namespace antiphon::gateway
