#pragma once

#include <exception>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "antiphon/agent/voice_agent.hpp"
#include "antiphon/audio/effects/noise.hpp"
#include "antiphon/audio/live.hpp"
#include "antiphon/audio/vad/voice_activity.hpp"
#include "antiphon/base/latch.hpp"
#include "antiphon/base/limit.hpp"
#include "antiphon/base/pulse.hpp"
#include "antiphon/base/repeating_alarm.hpp"
#include "antiphon/base/runtime.hpp"
#include "antiphon/result/recording.hpp"
#include "antiphon/scenario/voice/call_file.hpp"
#include "antiphon/scenario/voice/person_speech.hpp"
#include "antiphon/scenario/voice/playout.hpp"
#include "antiphon/scenario/voice/turn_text.hpp"
#include "antiphon/scenario/voice/turn_tracker.hpp"

namespace antiphon::voice {

class CallWatch;

struct LineSettings {
  TurnRules turns{};
  audio::VoiceSettings detector{};
  std::optional<audio::NoiseSource> noise{};  ///< lies under every frame that is sent, where the adapter is paced
  CallWatch* watch = nullptr;                 ///< is shown every frame; outlives the line
  std::string file{};                         ///< WAV that grows with the call: user left, agent right; empty: none
  audio::Loudspeaker* loudspeaker = nullptr;  ///< the call is heard there while it goes on; a person at the microphone is not played back to themselves
  audio::Microphone* microphone = nullptr;    ///< a person speaks in our user's place, beside what `say` is given
};

/// One call: an agent at one end, our user at the other, both heard at the same time (VOX-12).
///
/// A frame of 20 ms leaves at start + k · 20 ms; what the agent sends is taken as it comes, played out, recorded and searched for speech. Times count from the
/// beginning of the call and are heard times. One executor, one thread.
class VoiceLine final : private SignalSink {
 public:
  static constexpr Duration frame = std::chrono::milliseconds(20);

  VoiceLine(Runtime& runtime, std::unique_ptr<VoiceAgentAdapter> adapter, LineSettings settings);
  ~VoiceLine() override;
  VoiceLine(const VoiceLine&) = delete;
  VoiceLine& operator=(const VoiceLine&) = delete;

  /// Connects and begins to send and listen. @throws Error as the adapter's `connect`.
  Task<> open(Deadline deadline);
  /// Stops both, hangs up. What was heard is kept. Never throws for what the far side does.
  Task<> close(Deadline deadline);

  const std::string& adapter_name() const { return adapter_->name(); }
  Duration now() const { return clock_.now() - began_; }
  /// Until the next frame has passed. @throws what broke the line: the adapter's error, or ours.
  Task<> tick();

  /// Puts an utterance behind what is still to be said; it starts with the next frame. Its place in `utterances`.
  /// `own_noise`: that of the line does not lie under it.
  std::size_t say(UserUtterance utterance, std::shared_ptr<const audio::Samples> samples, bool own_noise = false);
  /// The same of silence.
  std::size_t say_nothing(UserUtterance utterance, Duration length);
  /// From the next frame on.
  void set_noise(std::optional<audio::NoiseSource> noise) { settings_.noise = std::move(noise); }
  /// Until all of it has left. @throws as `tick`.
  Task<> said(std::size_t utterance);
  bool speaking() const { return !outgoing_.empty(); }
  /// The person at the microphone is still saying it: where it ends is not known yet.
  bool goes_on(std::size_t utterance) const { return person_ && person_->is_saying(utterance); }
  /// What the person at the microphone has said to its end and nobody has taken yet: its place in `utterances`.
  std::optional<std::size_t> take_spoken();
  /// What our user was heard to say there. @throws Error io.
  audio::Samples user_audio(Duration from, Duration to) const;

  /// The transport's own "stop". @throws Error unsupported.
  Task<> interrupt(Deadline deadline);
  Task<> send_keys(std::string keys, Deadline deadline);

  const std::vector<UserUtterance>& utterances() const { return utterances_; }
  std::vector<UserUtterance>& utterances() { return utterances_; }
  const TurnTracker& turns() const { return turns_; }
  TurnTracker& turns() { return turns_; }
  const Playout& playout() const { return playout_; }
  TurnText& text() { return text_; }
  const TurnText& text() const { return text_; }
  /// When something was received last; nullopt: nothing yet.
  std::optional<Duration> last_received() const { return last_received_; }
  /// The agent has hung up, and all it sent was heard.
  bool is_over() const { return closed_ && playout_.idle(now()); }
  /// Nothing more comes: it is over, or our side has hung up.
  bool is_still() const { return is_over() || !running_; }
  const std::optional<AgentClosed>& closed() const { return closed_; }
  /// When it did, on the wire.
  Duration closed_at() const { return closed_at_; }
  /// There is a recording that can be played.
  bool recorded() const { return file_ && file_->exists(); }
  /// What of ours could not be kept, though nobody may have ticked since: a full disk. nullptr: nothing.
  std::exception_ptr lost() const;
  /// What the adapter has to say about the call beside its signals.
  std::vector<std::string> notices() const { return adapter_->notices(); }
  /// How far the agent's track reaches: turns are known up to there.
  Duration known_until() const { return playout_.taken(); }
  /// What the agent was heard to say there. @throws Error io.
  audio::Samples agent_audio(Duration from, Duration to) const;

  /// Both sides so far in one. @throws Error io.
  audio::Samples both_sides() const;

  const std::vector<VoiceEvent>& told() const { return told_; }
  void tell(VoiceEvent event) { told_.push_back(std::move(event)); }
  /// What went wrong, on the timeline.
  void tell_error(std::string message);
  const AgentClaims& claims() const { return claims_; }
  const std::string& detector() const { return activity_.name(); }
  /// All that was sent and heard, both of equal length. After `close`, from when on nothing changes them.
  std::shared_ptr<const CallTracks> tracks();

 private:
  struct Outgoing {
    std::size_t utterance = 0;
    std::size_t length = 0;
    std::shared_ptr<const audio::Samples> samples{};  ///< nullptr: silence of that length
    bool own_noise = false;
    std::size_t used = 0;
  };

  struct Frame {
    audio::Samples samples;
    bool ends = false;  ///< an utterance that asks for an answer
  };

  Task<> pace();
  void pace_now(Duration at);
  /// All that belongs to the moment of a frame; nullopt: none is sent.
  std::optional<Frame> make_frame(Duration at);
  Task<> listen();
  Task<> drive(Task<> work, Latch& done);
  Task<> next(Pulse& pulse);
  void wake_all();
  audio::Samples hear(Duration now);
  void play(audio::SampleView ours, audio::SampleView theirs);
  void finish();
  audio::Samples next_frame(Duration at);
  audio::Samples next_speech(Duration at);
  std::size_t put(UserUtterance utterance, Outgoing speech);
  Deadline soon() const;
  void take(AgentSignal signal) override;
  void fail(std::exception_ptr failure) override;
  void take(AgentAudio audio);
  void take(AgentTranscript transcript);
  bool begins_text() const;
  void take(AgentTurnEnd);
  void take(AgentClear clear);
  void take(AgentToolCall call);
  void take(AgentHeardUser heard);
  void take(AgentLatencyClaim claim);
  void take(AgentClosed closed);

  void prefetch_all() const;

  // First what each frame looks at: among a thousand calls it is out of the cache when it is looked at again, and comes back in lines of 64 bytes.
  std::optional<RepeatingAlarm> ticker_;  // where frames are sent without waiting
  Clock& clock_;
  std::unique_ptr<VoiceAgentAdapter> adapter_;
  Clock::Time began_{};
  Duration told_at_{-1};  // words of the agent, last
  bool running_ = false, broke_ = false;
  std::shared_ptr<CallTracks> tracks_ = std::make_shared<CallTracks>();
  audio::SampleStore &user_track_ = tracks_->user, &agent_track_ = tracks_->agent;
  std::unique_ptr<CallFile> file_;
  std::unique_ptr<PersonSpeech> person_;
  Playout playout_;
  audio::VoiceActivity activity_;
  TurnTracker turns_;
  std::optional<Duration> last_received_;
  std::list<Outgoing> outgoing_;  // a deque takes half a kilobyte while it is empty, as most are
  std::vector<UserUtterance> utterances_;
  std::optional<std::size_t> ended_now_;  // the utterance whose last sample is in the frame under way
  Pulse frames_, ends_;                   // of a frame, of an utterance of ours
  std::optional<AgentClosed> closed_;
  LineSettings settings_;

  Runtime& runtime_;
  TurnText text_;
  std::list<std::size_t> spoken_;
  std::vector<VoiceEvent> told_;
  AgentClaims claims_;
  Duration closed_at_{0};
  std::exception_ptr failure_;
  Stoppable pacing_, listening_;
  Latch paced_, listened_;
};

}  // namespace antiphon::voice
