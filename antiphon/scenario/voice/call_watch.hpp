#pragma once

#include <exception>
#include <optional>
#include <string>
#include <vector>

#include "antiphon/scenario/voice/call_hooks.hpp"

namespace antiphon::voice {

class VoiceLine;

/// Shows a call to hooks while it goes on. Used by one line.
class CallWatch {
 public:
  /// @param hooks outlives it.
  CallWatch(const CallHooks& hooks, std::string scenario_id) : hooks_(hooks), scenario_id_(std::move(scenario_id)) {}

  /// @throws Error, party harness, naming the hook that threw.
  void sent(audio::SampleView samples, Duration at) { show(audio::Speaker::user, samples, at); }
  void heard(audio::SampleView samples, Duration at) { show(audio::Speaker::agent, samples, at); }
  /// Tells what has happened since it looked last; `hung_up`: whatever is under way is over. @throws as `sent`.
  void look(const VoiceLine& line, Duration now, bool hung_up = false);

  /// The first that a hook threw.
  std::exception_ptr failure() const { return failure_; }

 private:
  enum class Stage { before, speaking, over };

  void show(audio::Speaker speaker, audio::SampleView samples, Duration at);
  void tell(VoiceEvent event);
  bool look_at(const UserUtterance& utterance, Stage& stage, Duration now, bool goes_on);
  void user_stopped(const UserUtterance& utterance, Duration at);
  std::optional<Duration> latency_of(Duration start);
  bool look_at(const AgentTurn& turn, Stage& stage, bool hung_up);
  template <class Call>
  void guarded(std::string_view hook, Call call);

  const CallHooks& hooks_;
  std::string scenario_id_;
  std::vector<Stage> utterances_, turns_;
  std::size_t utterances_over_ = 0, turns_over_ = 0, told_ = 0;  // of each, in order: nothing new comes from them
  std::vector<Duration> unanswered_;                             // ends of our speech that asked for an answer, in order
  std::optional<Duration> agent_started_;
  std::exception_ptr failure_;
};

}  // namespace antiphon::voice
