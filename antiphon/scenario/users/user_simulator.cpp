#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/providers/llm/model_caller.hpp"
#include "antiphon/scenario/model_participant.hpp"
#include "antiphon/scenario/users/goal_watch.hpp"
#include "antiphon/scenario/users/role_reversal.hpp"
#include "antiphon/scenario/users/users.hpp"

namespace antiphon {

namespace {

constexpr const char* part =
    "You play a person who talks to a service. The other side is the service; you are only ever the person.\n"
    "Write the person's next message and nothing else: no quotation marks, no stage directions, no name in front.\n";
constexpr const char* typed = "Write the way people type into a chat: short, informal, one thought at a time, lower case and small slips are fine.\n";
constexpr const char* spoken =
    "This is a telephone call, and what you write is read aloud: a sentence or two as people say them, in full words, with nothing that only works in "
    "writing.\n";
constexpr const char* conduct =
    "Stay with the situation. Say what the person would know, never invent facts that the situation does not give, and never help, explain or\n"
    "apologise on behalf of the service. React to what was just said. When the matter is settled, say so briefly.\n\n";

constexpr const char* cutting_in =
    "This is a telephone call, and the service is speaking right now. What you are shown last is how far it has got; the rest has not been said yet.\n"
    "The person cuts in. Write the two to eight words that they say over the service, to what was just heard: they correct, object, hurry on or ask.\n"
    "No greeting, no answer to a question that was not asked, no quotation marks, nothing else.\n";

std::string situation(const UserSimulatorOptions& options, const std::string& description) {
  auto text = "The situation:\n" + description;
  if (options.goal) text += "\n\nWhat the person is after:\n" + in_words(*options.goal);
  if (!options.persona.empty()) text += "\n\nWho the person is and how they talk:\n" + options.persona;
  return text;
}

class UserSimulator final : public Participant, public CutsIn {
 public:
  UserSimulator(UserSimulatorOptions options, const ParticipantContext& context)
      : model_(open_model(options.model, context, 0.0)),
        brief_(brief_for(options, context.description, context.spoken)),
        system_(Message::system(brief_.rules + brief_.situation)) {
    if (options.goal) goal_.emplace(std::make_shared<const Agenda>(*options.goal));
  }

  Task<AgentReply> call(AgentInput input) override {
    if (goal_) goal_->hear(input.messages);
    AgentReply reply{co_await words({.preamble = {system_}, .messages = reversal_.view(input.messages), .tags = {input.thread_id, "user", input.turn}}, input)};
    if (goal_ && goal_->reached()) co_return std::move(reply).concluding();
    co_return reply;
  }

  Task<std::string> cut_in(AgentInput input, std::string heard) override {
    auto messages = reversal_.view(input.messages);
    messages.append(Message::user(heard.empty() ? "(nothing yet)" : heard + " …"));
    ChatRequest request{.preamble = {system_, Message::system(cutting_in)}, .messages = std::move(messages), .tags = {input.thread_id, "user", input.turn}};
    co_return co_await words(std::move(request), input);
  }

  void rolled_back(std::size_t size) override {
    reversal_.forget();
    if (goal_) goal_->rolled_back(size);
  }

  json::object report(const History& messages) const override {
    auto end = goal_;  // the run may have ended on a reply that it was not asked about any more
    if (!end) return {};
    end->hear(messages);
    return end->report();
  }

  Brief brief() const override { return brief_; }
  std::optional<Party> awaited() const override { return model_.waiting() ? std::optional(Party::provider) : std::nullopt; }

 private:
  Task<std::string> words(ChatRequest request, const AgentInput& input) {
    for (int attempt = 0; attempt < 2; ++attempt) {
      const auto response = co_await model_.ask(request, input.deadline);
      if (const auto text = trim(response.message.text()); !text.empty()) co_return std::string(text);
    }
    throw Error(ErrorKind::protocol, fmt::format("the simulated user's model {} answered twice without any text", model_.name()))
        .with_party(Party::simulated_user)
        .with_hint("try another model, or a clearer description");
  }

  // Of a prompt of somebody else's nobody knows which part is instruction and which may be said.
  static Brief brief_for(const UserSimulatorOptions& options, const std::string& description, bool by_voice) {
    Brief brief;
    if (options.system_prompt.empty())
      brief.rules = std::string(part) + (by_voice ? spoken : typed) + conduct, brief.situation = situation(options, description);
    else
      brief.situation = options.system_prompt;
    if (options.goal) add_goal(brief, *options.goal);
    return brief;
  }

  ModelCaller model_;
  Brief brief_;
  Message system_;
  RoleReversal reversal_;
  std::optional<GoalWatch> goal_;
};

}  // namespace

ParticipantSpec user_simulator(UserSimulatorOptions options) {
  const auto settings = options.model;
  const auto interrupts = options.interrupt_probability;
  auto spec = ParticipantSpec(
      "simulated user", [options = std::move(options)](const ParticipantContext& context) { return std::make_unique<UserSimulator>(options, context); }, false);
  spec = on_model(std::move(spec), settings).cutting_in();
  return interrupts ? spec.interrupting(*interrupts) : spec;
}

}  // namespace antiphon
