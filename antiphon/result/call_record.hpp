#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "antiphon/audio/pcm.hpp"
#include "antiphon/base/clock.hpp"
#include "antiphon/base/json.hpp"

namespace antiphon {

/// Voiced audio without a break, since the call began. Edges are those of the detector that the record names.
struct VoicedSpan {
  Duration start{0}, end{0};
};

enum class VoiceEventType {
  user_start_speaking,
  user_stop_speaking,
  agent_start_speaking,  ///< carries the latency since the user_stop_speaking before it
  agent_stop_speaking,
  tool_call,
  tool_result,
  user_interrupt,
  dtmf,
  silence,
  error,
};
std::string_view to_string(VoiceEventType type);
std::optional<VoiceEventType> voice_event_type_from(std::string_view name);

/// Something that happened in a call (VOX-3).
struct VoiceEvent {
  Duration time{0};  ///< heard, since the call began
  VoiceEventType type = VoiceEventType::error;
  std::string name{};
  json::value args{}, result{};
  std::optional<Duration> latency{};
  std::optional<Duration> received{};  ///< when it crossed the wire, where that is more than 20 ms from `time`
  json::object metadata{};
};

/// What our user did on the line.
enum class UtteranceKind { speech, audio, interruption, backchannel, hesitation, dtmf, silence };
std::string_view to_string(UtteranceKind kind);
/// What an agent should do about it (VOX-93).
enum class Expectation { respond, stop, ignore };
std::string_view to_string(Expectation expectation);

/// One utterance of our user, as it was sent.
struct UserUtterance {
  UtteranceKind kind = UtteranceKind::speech;
  std::string text{};                ///< what was spoken; empty where nobody knows (a file without `text:`)
  std::string keys{};                ///< of a dtmf
  Duration start{0}, end{0};         ///< first and last sample that left, silence around the words included
  std::vector<VoicedSpan> voiced{};  ///< in it
  Expectation expect = Expectation::respond;
  std::optional<std::size_t> message{};  ///< its place in the conversation
  bool sent = true;                      ///< false: the call ended before it
};

enum class TurnEnding { signal, tail_silence, capped, cleared, closed, open };
std::string_view to_string(TurnEnding ending);

/// One turn of the agent, as it was heard (contracts.md §12).
struct AgentTurn {
  Duration start{0}, end{0};                 ///< first and last voiced sample
  std::optional<Duration> received_start{};  ///< when the frame of `start` crossed the wire
  std::vector<VoicedSpan> voiced{};
  TurnEnding ending = TurnEnding::open;
  int resumed = 0;                    ///< voiced audio went on within 0.5 s of a decision that the turn was over
  std::string transcript{};           ///< as our user understood it
  std::optional<std::string> told{};  ///< the agent's own words for it; nullopt: it told none
  bool recognised = false;            ///< `transcript` is what our recogniser made of its audio, not what was told
  bool transcript_truncated = false;  ///< it was cut off: the text may be what it meant to say
  std::optional<std::size_t> message{};
};

/// An agent that somebody cuts into should have stopped within it (contracts.md §12).
inline constexpr Duration stop_window = std::chrono::seconds(2);
/// It has stopped once it was silent for so long: a shorter gap lies between sentences.
inline constexpr Duration stop_silence = std::chrono::milliseconds(600);
/// When the agent began what the turn is part of: what follows a capped turn without such a silence goes on with it.
Duration speech_began(const std::vector<AgentTurn>& turns, std::size_t turn);
/// A cut-in that came further than this from where it was meant to is the harness's fault (VOX-91).
inline constexpr Duration cut_in_tolerance = std::chrono::milliseconds(100);

/// A deliberate interruption: what was meant, what came of it (VOX-33, VOX-91).
struct Interruption {
  std::size_t utterance = 0;                ///< index of our cut-in
  std::optional<Duration> intended{};       ///< when it should have begun; nullopt: the situation never came about
  std::optional<Duration> achieved{};       ///< first voiced sample of our cut-in, or the transport's own signal
  std::optional<Duration> agent_stopped{};  ///< last voiced sample heard that is followed by 0.6 s without one
  bool censored = false;                    ///< it did not stop within the window of 2 s: `agent_stopped` is only how far it is known
  bool native = false;                      ///< the transport's own signal
  std::string outcome{};                    ///< fired_after_speech, fired_before_speech, turn_was_over, nothing_heard
  std::string missed{};                     ///< of the last two: what happened instead, in words
};

/// How the agent's audio crossed the wire against how it is heard (VOX-14).
struct Delivery {
  Duration audio{0};         ///< all that was received
  Duration sending{0};       ///< what its sender took for it, pauses between turns left out
  Duration longest_tail{0};  ///< most that was received and not heard yet
  Duration dropped{0};       ///< received, then cleared before it was heard
  std::size_t frames = 0;
  std::size_t jitters = 0;  ///< gaps under 40 ms: closed in the recording
  Duration jitter{0};
  std::size_t under_runs = 0;  ///< gaps of 40 ms and more inside a turn
  Duration under_run{0};
};

/// A key of a telephone that was heard in the audio.
struct HeardKey {
  char key = 0;
  Duration start{0}, end{0};
};

/// What one side's audio is like, as it left or was heard.
struct SideSound {
  Duration voiced{0};                     ///< of which loudness is
  std::optional<double> loudness_lufs{};  ///< of what was voiced; nullopt: too little
  std::optional<double> peak_dbfs{};      ///< of the whole track; nullopt: silence
  Duration clipped{0};                    ///< in runs of three samples or more at full scale
  std::size_t repeats = 0;                ///< frames of 10 to 60 ms that were there twice
  Duration repeated{0};
  std::vector<HeardKey> keys{};  ///< of the agent: anywhere; of our user: where it pressed any
};

/// What the agent says that something took.
struct LatencyClaim {
  std::string what{};  ///< `response`, `time_to_first_audio`, `asr`, `llm`, `tts`
  Duration latency{0};
  Duration time{0};  ///< when it said so
};

/// What the agent said of itself and what it understood of us.
struct AgentClaims {
  std::vector<LatencyClaim> latencies{};                       ///< in order
  std::vector<std::pair<Duration, std::string>> understood{};  ///< final transcripts of our speech, when they came
};

/// All that is known of a call beside its audio: what measures, ledger, checks and page read. Times are heard times since the call began.
struct CallRecord {
  std::string adapter{};
  std::string detector{};            ///< detector, version and edge rule
  std::string recogniser{};          ///< of the agent's speech; empty: its own transcripts
  bool primed = false;               ///< that recogniser was told words to expect
  std::optional<double> oov_rate{};  ///< share of the agent's own words that it cannot know, 0 to 1; nullopt: it spells whatever it hears
  std::string voice{};               ///< of our user
  Duration duration{0};
  std::vector<UserUtterance> utterances{};
  std::vector<AgentTurn> turns{};
  std::vector<VoicedSpan> user_voiced{}, agent_voiced{};  ///< the whole call
  std::vector<VoiceEvent> events{};                       ///< in order of time
  std::vector<Interruption> interruptions{};
  Delivery delivery{};
  AgentClaims claims{};
  std::optional<SideSound> user_sound{}, agent_sound{};  ///< once the call is over
  bool agent_closed = false;
  Duration tail_silence{std::chrono::milliseconds(600)};
};

}  // namespace antiphon
