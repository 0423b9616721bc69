#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "antiphon/agent/voice_effect.hpp"
#include "antiphon/base/clock.hpp"
#include "antiphon/chat/history.hpp"
#include "antiphon/result/call_record.hpp"
#include "antiphon/result/result.hpp"
#include "antiphon/trace/recorder.hpp"

namespace antiphon {

/// A run as its participants and steps see it (SCN-20). Used on the run's own thread only.
class RunState {
 public:
  virtual ~RunState() = default;

  virtual const std::string& name() const = 0;
  virtual const std::string& description() const = 0;
  virtual const std::string& thread_id() const = 0;
  virtual const History& messages() const = 0;
  virtual int current_turn() const = 0;  ///< counts from 1; 0 before the first
  virtual int max_turns() const = 0;
  virtual const json::object& metadata() const = 0;
  virtual Clock& clock() const = 0;
  virtual std::span<const MessageTiming> timings() const = 0;
  /// Seconds that each of the agent's answers took, in order.
  virtual std::span<const double> answer_s() const { return {}; }
  /// What the simulated user could not do so far (`Participant::report`).
  virtual json::object user_report() const { return {}; }
  /// What has happened so far, as spans; nullptr where nothing is recorded.
  virtual const trace::Recorder* trace() const { return nullptr; }

  /// What has happened in the call so far, in order of time; empty where the agent is written to.
  virtual std::vector<VoiceEvent> timeline() const { return {}; }
  /// The call so far, both sides in one (PCM16 mono 24 kHz); empty where there is none. @throws Error io.
  virtual audio::Samples call_audio() const { return {}; }
  /// Of our user's speech, from its next turn on (VOX-41). @throws Error configuration where the agent is written to, or an effect is out of its range.
  virtual void set_effects(const std::vector<VoiceEffect>& effects);

  /// Adds a message that nobody in particular said; new for everyone, once (SCN-21).
  virtual void add_message(Message message) = 0;
  /// Cuts history back to its first `size` messages and gives back what was removed; more than there are is no change.
  /// @throws Error usage for a negative size.
  virtual std::vector<Message> rollback_messages_to(std::ptrdiff_t size) = 0;

  std::optional<Message> last_message() const;
  std::optional<Message> last_user_message() const;
  std::optional<Message> last_agent_message() const;
  /// The newest call of this tool.
  std::optional<ToolCall> last_tool_call(std::string_view name) const;
  bool has_tool_call(std::string_view name) const { return last_tool_call(name).has_value(); }
};

}  // namespace antiphon
