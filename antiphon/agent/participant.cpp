#include "antiphon/agent/participant.hpp"

#include <fmt/format.h>

#include "antiphon/agent/voice_agent.hpp"
#include "antiphon/base/error.hpp"

namespace antiphon {

namespace {

class CoroutineParticipant final : public Participant {
 public:
  explicit CoroutineParticipant(std::function<Task<AgentReply>(AgentInput)> call) : call_(std::move(call)) {}
  Task<AgentReply> call(AgentInput input) override { return call_(std::move(input)); }

 private:
  std::function<Task<AgentReply>(AgentInput)> call_;
};

class BlockingParticipant final : public Participant {
 public:
  BlockingParticipant(std::function<AgentReply(AgentInput)> call, Runtime& runtime) : call_(std::move(call)), runtime_(runtime) {}

  Task<AgentReply> call(AgentInput input) override {
    input.state = nullptr;  // belongs to the run's own thread
    return runtime_.blocking.run<AgentReply>(runtime_.clock,
                                             [call = call_, input = std::move(input)](std::stop_token) mutable { return call(std::move(input)); });
  }

 private:
  std::function<AgentReply(AgentInput)> call_;
  Runtime& runtime_;
};

}  // namespace

std::string_view to_string(Role role) {
  switch (role) {
    case Role::user: return "user";
    case Role::agent: return "agent";
    case Role::judge: return "judge";
  }
  return "agent";
}

const Message& AgentInput::last_new_user_message() const {
  for (auto it = new_messages.rbegin(); it != new_messages.rend(); ++it)
    if (it->role() == MessageRole::user) return *it;
  throw Error(ErrorKind::internal, "there is no new user message: the agent was probably called twice in a row")
      .with_party(Party::harness)
      .with_hint("let the user speak before `agent`, or read `messages` instead");
}

std::string AgentInput::last_new_user_text() const {
  const auto& message = last_new_user_message();
  if (!message.has_plain_text())
    throw Error(ErrorKind::internal, "the last user message is not plain text: " + preview(message.json(), 120))
        .with_party(Party::harness)
        .with_hint("read `last_new_user_message()` instead");
  return message.text();
}

std::vector<Message> AgentReply::messages(MessageRole role) && {
  if (text_) messages_.emplace_back(role, *text_);
  return std::move(messages_);
}

std::vector<Message> Participant::take_partial() { return {}; }
Task<> Participant::close() { co_return; }
void Participant::rolled_back(std::size_t) {}
std::optional<Party> Participant::awaited() const { return std::nullopt; }
json::object Participant::report(const History&) const { return {}; }
Brief Participant::brief() const { return {}; }

Task<> SharedParts::close() {
  for (auto entries = std::exchange(entries_, {}); auto& entry : entries) {
    try {
      co_await entry.close();
    } catch (...) {
      // Nobody is left who could use it; the results are written already.
    }
  }
}

ParticipantSpec ParticipantSpec::from_coroutine(std::function<Task<AgentReply>(AgentInput)> call) {
  return ParticipantSpec("callable", [call = std::move(call)](const ParticipantContext&) { return std::make_unique<CoroutineParticipant>(call); }, true);
}

ParticipantSpec ParticipantSpec::from_blocking(std::function<AgentReply(AgentInput)> call) {
  return ParticipantSpec(
      "callable", [call = std::move(call)](const ParticipantContext& context) { return std::make_unique<BlockingParticipant>(call, context.runtime); }, false);
}

bool ParticipantSpec::waits_on_clock_alone(const ModelRegistry& models, const ModelSettings& default_model) const {
  return clock_rule_ ? clock_rule_(models, default_model) : virtual_;
}

void ParticipantSpec::check(const ModelRegistry& models, const ModelSettings& default_model) const {
  if (check_) check_(models, default_model);
}

ParticipantSpec ParticipantSpec::named(std::string name) const {
  auto copy = *this;
  copy.name_ = std::move(name);
  return copy;
}

ParticipantSpec ParticipantSpec::with_clock_rule(std::function<bool(const ModelRegistry&, const ModelSettings&)> rule) const {
  auto copy = *this;
  copy.clock_rule_ = std::move(rule);
  return copy;
}

ParticipantSpec ParticipantSpec::with_check(std::function<void(const ModelRegistry&, const ModelSettings&)> check) const {
  auto copy = *this;
  copy.check_ = std::move(check);
  return copy;
}

ParticipantSpec ParticipantSpec::with_price_rule(std::function<bool(const ModelRegistry&, const ModelSettings&)> rule) const {
  auto copy = *this;
  copy.price_rule_ = std::move(rule);
  return copy;
}

bool ParticipantSpec::price_is_known(const ModelRegistry& models, const ModelSettings& default_model) const {
  return !price_rule_ || price_rule_(models, default_model);
}

ParticipantSpec ParticipantSpec::with_criteria(std::vector<std::string> criteria) const {
  auto copy = *this;
  copy.criteria_ = std::move(criteria);
  return copy;
}

ParticipantSpec ParticipantSpec::with_mark(std::function<JudgeMark(const ModelSettings&)> rule) const {
  auto copy = *this;
  copy.mark_ = std::move(rule);
  return copy;
}

JudgeMark ParticipantSpec::mark(const ModelSettings& default_model) const { return mark_ ? mark_(default_model) : JudgeMark(); }

ParticipantSpec ParticipantSpec::around(std::function<std::unique_ptr<Participant>(std::unique_ptr<Participant>)> wrap) const {
  auto copy = *this;
  copy.make_ = [make = make_, wrap = std::move(wrap)](const ParticipantContext& context) { return wrap(make(context)); };
  return copy;
}

ParticipantSpec ParticipantSpec::at_address(std::string url) const {
  auto copy = *this;
  copy.address_ = std::move(url);
  return copy;
}

ParticipantSpec ParticipantSpec::cutting_in() const {
  auto copy = *this;
  copy.cuts_in_ = true;
  return copy;
}

ParticipantSpec ParticipantSpec::interrupting(double probability) const {
  auto copy = *this;
  copy.interrupt_probability_ = probability;
  return copy;
}

ParticipantSpec ParticipantSpec::by_voice(VoiceAgentSpec voice) const {
  auto copy = *this;
  copy.voice_ = std::make_shared<const VoiceAgentSpec>(std::move(voice));
  return copy;
}

ParticipantSpec ParticipantSpec::played_by_a_person() const {
  auto copy = *this;
  copy.person_ = true;
  return copy;
}

ParticipantSpec ParticipantSpec::playing_to_its_end() const {
  auto copy = *this;
  copy.plays_to_its_end_ = true;
  return copy;
}

}  // namespace antiphon
