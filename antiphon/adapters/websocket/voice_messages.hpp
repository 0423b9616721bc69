#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "antiphon/agent/voice_agent.hpp"
#include "antiphon/base/json.hpp"

namespace antiphon {

/// A message of an agent that means something: JSON that holds all of `when`, and has what it tells at the JSON pointer `at`.
struct VoiceMessageRule {
  json::object when{};
  std::string at{};
  friend bool operator==(const VoiceMessageRule&, const VoiceMessageRule&) = default;
};

/// The shape of a conversation in JSON between a caller and an agent that somebody built. Templates are what we send: `${audio}` (base64), `${keys}`, `${text}`
/// and `${thread_id}` in their strings are filled in. What is unset is not sent, or not looked for; what matches no rule is ignored.
struct VoiceMessages {
  // Ours.
  std::optional<json::value> audio = json::value{{"type", "audio"}, {"audio", "${audio}"}};  ///< 20 ms; unset: binary messages of raw audio
  std::optional<json::value> start{};                                                        ///< once, before any audio
  std::optional<json::value> utterance_end{};                                                ///< our user has said all of a line
  std::optional<json::value> interrupt{};                                                    ///< "stop speaking"; makes the agent one with `interruption`
  std::optional<json::value> dtmf{};                                                         ///< keys of their own channel; unset: tones
  std::optional<json::value> text{};                                                         ///< words in place of speech
  std::optional<json::value> hang_up{};                                                      ///< once, before we close

  // The agent's.
  std::optional<VoiceMessageRule> agent_audio = VoiceMessageRule{{{"type", "audio"}}, "/audio"};  ///< base64
  std::optional<VoiceMessageRule> transcript{};  ///< of its own speech, while it speaks; makes it one with `streaming_transcripts`
  bool transcript_is_whole = false;              ///< each holds all of the turn so far
  std::optional<VoiceMessageRule> understood = VoiceMessageRule{{{"type", "transcript"}, {"role", "user"}}, "/text"};  ///< what it took our user to say
  std::optional<VoiceMessageRule> turn_end{};                                                                          ///< it has sent all of its turn
  std::optional<VoiceMessageRule> clear = VoiceMessageRule{{{"type", "clear"}}, ""};
  std::optional<VoiceMessageRule> error = VoiceMessageRule{{{"type", "error"}}, "/message"};
  std::optional<VoiceMessageRule> closing = VoiceMessageRule{{{"type", "hang_up"}}, "/reason"};  ///< it hangs up, and means to
  /// What it claims that its answer took, in milliseconds, and for what (`response`, `time_to_first_audio`, `asr`, `llm`, `tts`).
  std::optional<VoiceMessageRule> latency = VoiceMessageRule{{{"type", "latency"}}, "/ms"};
  std::string latency_of = "/of";  ///< JSON pointer to its name; `response` where nothing stands there

  /// The usual message of what a suite leaves at `true`.
  static json::value usual_interrupt() { return {{"type", "interrupt"}}; }
  static json::value usual_dtmf() { return {{"type", "dtmf"}, {"keys", "${keys}"}}; }
  static json::value usual_text() { return {{"type", "text"}, {"text", "${text}"}}; }
  static json::value usual_hang_up() { return {{"type", "hang_up"}}; }
  static json::value usual_utterance_end() { return {{"type", "utterance_end"}}; }
  static json::value usual_start() { return {{"type", "start"}, {"thread_id", "${thread_id}"}}; }
  static VoiceMessageRule usual_transcript() { return {{{"type", "transcript"}, {"role", "agent"}}, "/text"}; }
  static VoiceMessageRule usual_turn_end() { return {{{"type", "turn_end"}}, ""}; }
};

/// Audio as one message held it, in the format of the line.
struct WireAudio {
  std::string bytes;
};
/// What a message of an agent means.
using WireSignal = std::variant<WireAudio, AgentTranscript, AgentTurnEnd, AgentClear, AgentToolCall, AgentHeardUser, AgentLatencyClaim, AgentClosed>;

namespace wire {

/// All that one message says, in an order in which it can be taken: words before the audio that speaks them, ends after it.
/// @throws Error, party agent: protocol for what is no JSON, or holds something other than it should at a pointer; invalid_input for an error that it reports.
std::vector<WireSignal> read_voice_message(const VoiceMessages& shape, std::string_view text);

/// What stands for placeholders in templates.
struct Filling {
  std::string_view audio{}, keys{}, text{}, thread_id{};
};
std::string fill_voice_message(const json::value& message, const Filling& filling);

}  // namespace wire

}  // namespace antiphon
