#pragma once

#include "antiphon/agent/participant.hpp"
#include "antiphon/scenario/voice/voice_call.hpp"

namespace antiphon {

/// The agent of a call, in its seat: it answers when it was heard to.
class CallParticipant final : public Participant {
 public:
  explicit CallParticipant(voice::VoiceCall& call) : call_(call) {}

  Task<AgentReply> call(AgentInput) override {
    last_ = co_await call_.answer();
    if (!last_) co_return AgentReply();
    co_return AgentReply(Message(MessageRole::assistant, last_->text));
  }
  /// The turn that it answered with last; nullopt: it had hung up.
  const std::optional<voice::Heard>& last() const { return last_; }

 private:
  voice::VoiceCall& call_;
  std::optional<voice::Heard> last_;
};

}  // namespace antiphon
