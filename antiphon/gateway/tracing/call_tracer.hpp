#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "antiphon/gateway/observe/call_note.hpp"
#include "antiphon/trace/otlp.hpp"

namespace antiphon::gateway {

/// Shows the time that it was set to: notes tell afterwards when something began and how long it took.
class NotedTime final : public Clock {
 public:
  Time time{0};
  Time now() const override { return time; }
  bool is_virtual() const override { return true; }
  /// Nobody waits for it.
  Alarm call_at(Time, std::function<void()>) override { return {}; }
  void cancel(Alarm) override {}
};

/// One trace of one call (GTW-51): `voice_session`, in it a `turn` each, and in that `asr`, `llm_call`, `tool_NAME`, `llm_tool_response`, `tts` and
/// `first_audio`. Records what it is told, so that its texts are as masked as the notes.
class CallTracer final : public CallObserver {
 public:
  using Done = std::function<void(trace::FinishedTrace)>;

  /// @param clock that of the call; outlives this
  /// @param ids decides the ids of the trace and its spans
  /// @param began the wall clock now
  /// @param done is given the trace when the call has ended
  CallTracer(const Clock& clock, RandomStream ids, std::chrono::system_clock::time_point began, CallIdentity call, Done done);

  void note(const CallNote& note) noexcept override;

 private:
  void on(const CallBegan& note);
  void on(const TurnBegan& note);
  void on(const ModelAnswered& note);
  void on(const ToolAnswered& note);
  void on(const SentenceSpoken& note);
  void on(const AudioRecognised&) {}
  void on(const BargedIn& note);
  void on(const BargeInTakenBack& note);
  void on(const StageFailed& note);
  void on(const StoodIn& note);
  void on(const TurnEnded& note);
  void on(const CallEscalated& note);
  void on(const CallEnded& note);
  /// In its turn, where that is known.
  trace::ActiveSpan begin(std::string name, trace::SpanKind kind, int turn, Clock::Time since);
  void end(trace::ActiveSpan& span, Clock::Time at);
  /// What is under way.
  trace::ActiveSpan& current() { return turn_ ? turn_ : session_; }

  const Clock& clock_;
  NotedTime time_;  ///< the recorder's: that of the call, but while something is told that was earlier
  std::shared_ptr<trace::Recorder> recorder_;
  std::chrono::system_clock::time_point began_;
  CallIdentity call_;
  Done done_;
  trace::ActiveSpan session_, turn_;
  std::map<int, trace::SpanId> turns_;
  Clock::Time voice_ended_{0};  ///< of the turn under way
};

}  // namespace antiphon::gateway
