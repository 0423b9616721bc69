#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "antiphon/audio/pcm.hpp"
#include "antiphon/base/clock.hpp"
#include "antiphon/base/party.hpp"
#include "antiphon/chat/message.hpp"

namespace antiphon {

/// What an adapter's far side can do (VOX-5): data, so that a step that cannot work is refused before the call.
struct AdapterCapabilities {
  bool streaming_transcripts = false;                  ///< tells the words of its own speech while it speaks
  bool native_vad = false;                             ///< tells when it hears us start and stop
  bool dtmf = false;                                   ///< a channel for keys, beside the audio
  bool interruption = false;                           ///< a signal of its own for "stop speaking"
  bool turn_end = false;                               ///< tells that it has said all of a turn
  bool text = false;                                   ///< takes text in place of speech
  bool fills_silence = false;                          ///< sends audio all the time, silence too: when it has sent its last word cannot be told
  bool paced = false;                                  ///< a line that stays open: a frame of 20 ms leaves every 20 ms, silence too (VOX-12)
  std::vector<audio::AudioFormat> input_formats{{}};   ///< what it can be sent, the one in use first
  std::vector<audio::AudioFormat> output_formats{{}};  ///< what it may send
};

/// Audio of the agent, canonical, as one message of the wire held it.
struct AgentAudio {
  audio::Samples samples;
};
/// Words: of the agent's own speech (`speaker` agent), or what it understood of ours (`speaker` user).
struct AgentTranscript {
  audio::Speaker speaker = audio::Speaker::agent;
  std::string text;  ///< of this piece; where `whole` is set, of the turn so far: replaces what was told before
  bool whole = false;
  bool final = false;  ///< of this utterance no other will come
};
/// It has sent all of its turn.
struct AgentTurnEnd {};
/// What was sent and is not heard yet is dropped by its own side (a transport's clear, cancel, truncate).
struct AgentClear {
  bool may_go_on = false;  ///< its turn is not over yet: it holds the rest, and says that or clears it for good
};
/// It called a tool, or had one answered.
struct AgentToolCall {
  ToolCall call;
  std::optional<json::value> result{};
};
/// Its own voice detector heard us start or stop.
struct AgentHeardUser {
  bool started = true;
};
/// What it claims its answer took, for comparison with what is heard.
struct AgentLatencyClaim {
  std::string what;  ///< `response`, `time_to_first_audio`, `asr`, `llm`, `tts`
  Duration latency{0};
};
/// The connection is over; nothing follows. An agent that hangs up by its own will says goodbye on purpose.
struct AgentClosed {
  bool on_purpose = false;
  std::string reason;            ///< without a time, which is that of the signal
  std::optional<Party> party{};  ///< whose fault it is, where that is not the agent's: of a vendor that it is made of
};

using AgentSignal = std::variant<AgentAudio, AgentTranscript, AgentTurnEnd, AgentClear, AgentToolCall, AgentHeardUser, AgentLatencyClaim, AgentClosed>;

/// Where signals go in the moment they come. Called on the executor's thread, not within a call of the adapter's.
class SignalSink {
 public:
  virtual ~SignalSink() = default;
  virtual void take(AgentSignal signal) = 0;
  /// What `receive` would have thrown; nothing follows.
  virtual void fail(std::exception_ptr failure) = 0;
};

/// A voice agent at the far end of one call (VOX-10). Used on the thread of one executor. One task awaits `receive` for as long as the call lasts, another
/// sends: both go on at the same time.
///
/// Every error names the adapter and has a party: agent where the agent broke its protocol, transport where it could not be reached (TRN-21).
class VoiceAgentAdapter {
 public:
  virtual ~VoiceAgentAdapter() = default;

  /// As suites name it: `websocket`, `composed`.
  virtual const std::string& name() const = 0;
  virtual const AdapterCapabilities& capabilities() const = 0;

  /// Idempotent. @throws Error refused, unauthorized, timeout, protocol.
  virtual Task<> connect(Deadline deadline) = 0;
  /// Idempotent, also after a failure. Never throws for a peer that is gone already.
  virtual Task<> disconnect(Deadline deadline) = 0;

  /// Canonical audio of our user, in the order of speech. A paced adapter gets 480 samples (20 ms) every 20 ms from `connect` to `disconnect`; the others the
  /// same while the user speaks, and nothing between. Returns when the bytes were handed to the transport; never holds back what was handed in (VOX-13).
  /// @throws Error closed, timeout.
  virtual Task<> send_audio(audio::AudioChunk chunk, Deadline deadline) = 0;
  /// Our user has finished an utterance: where turns are taken by hand, the agent may answer now. Nothing elsewhere.
  virtual Task<> end_of_utterance(Deadline deadline);
  /// For adapters that have nothing to wait for: both of them in one call, without a coroutine per frame. Not called unless `sends_now`.
  virtual void send_now(audio::SampleView frame, bool ends_utterance);
  virtual bool sends_now() const { return false; }

  /// The next signal, in the order of the wire; `AgentClosed` is the last. Cancelling the awaiting task loses nothing.
  /// @throws Error timeout at the deadline, protocol.
  virtual Task<AgentSignal> receive(Deadline deadline) = 0;

  /// What is worth knowing about the call and is no error, one line each: what the agent sent and nobody looked at.
  virtual std::vector<std::string> notices() const { return {}; }

  /// For adapters that can, in place of `receive`: from now on each signal goes to `sink`, without a coroutine per signal; nullptr: no more. False: it knows
  /// `receive` alone.
  virtual bool deliver_to(SignalSink* sink);

  /// The transport's own signal for barge-in; what comes of it is for the agent to tell (`AgentClear`). @throws Error unsupported without `interruption`.
  virtual Task<> interrupt(Deadline deadline);
  /// Keys over a channel of their own. @throws Error unsupported where `dtmf` is false.
  virtual Task<> send_dtmf(std::string keys, Deadline deadline);
  /// @throws Error unsupported where `text` is false.
  virtual Task<> send_text(std::string text, Deadline deadline);
};

/// Whether our user lets the agent speak first (contracts.md §12): for its first voiced frame, so long, and then to the end of that turn.
struct Greeting {
  Duration longest{std::chrono::seconds(2)};  ///< zero: it does not wait
};

struct ParticipantContext;
class SpeechRegistry;

/// How to reach an agent by voice, and what is known of it before the call. A value that many runs share.
struct VoiceAgentSpec {
  std::function<std::unique_ptr<VoiceAgentAdapter>(const ParticipantContext&)> make;
  AdapterCapabilities capabilities{};
  std::optional<Greeting> greeting{};               ///< its usual one; unset: our user speaks first
  std::optional<Duration> tail_silence{};           ///< unset: 0.6 s
  std::optional<Duration> response_timeout{};       ///< unset: 30 s
  std::optional<Duration> response_max_duration{};  ///< unset: 30 s
  /// Whether the speech that it uses itself may be used in virtual time; empty: it uses none.
  std::function<bool(const SpeechRegistry&)> speech_waits_on_clock_alone{};
  /// What can be known to be wrong with that speech before the first step: throws Error configuration.
  std::function<void(const SpeechRegistry&)> check{};
};

/// `UnsupportedCapability`: Error unsupported, party harness, that names adapter, capability and what to do instead.
[[noreturn]] void refuse_capability(std::string_view adapter, std::string_view capability, std::string_view alternative);

}  // namespace antiphon
