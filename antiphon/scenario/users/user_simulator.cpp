#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/providers/llm/model_caller.hpp"
#include "antiphon/scenario/model_participant.hpp"
#include "antiphon/scenario/users/role_reversal.hpp"
#include "antiphon/scenario/users/users.hpp"

namespace antiphon {

namespace {

constexpr const char* rules =
    "You play a person who talks to a service. The other side is the service; you are only ever the person.\n"
    "Write the person's next message and nothing else: no quotation marks, no stage directions, no name in front.\n"
    "Write the way people type into a chat: short, informal, one thought at a time, lower case and small slips are fine.\n"
    "Stay with the situation. Say what the person would know, never invent facts that the situation does not give, and never help, explain or\n"
    "apologise on behalf of the service. React to what was just said. When the matter is settled, say so briefly.\n\n";

std::string situation(const std::string& description, const std::string& persona) {
  auto text = "The situation:\n" + description;
  if (!persona.empty()) text += "\n\nWho the person is and how they talk:\n" + persona;
  return text;
}

class UserSimulator final : public Participant {
 public:
  UserSimulator(UserSimulatorOptions options, const ParticipantContext& context)
      : model_(open_model(options.model, context, 0.0)),
        brief_(brief_for(options, context.description)),
        system_(Message::system(brief_.rules + brief_.situation)) {}

  Task<AgentReply> call(AgentInput input) override {
    for (int attempt = 0; attempt < 2; ++attempt) {
      ChatRequest request{.preamble = {system_}, .messages = reversal_.view(input.messages), .tags = {input.thread_id, "user", input.turn}};
      const auto response = co_await model_.ask(std::move(request), input.deadline);
      if (const auto text = trim(response.message.text()); !text.empty()) co_return std::string(text);
    }
    throw Error(ErrorKind::protocol, fmt::format("the simulated user's model {} answered twice without any text", model_.name()))
        .with_party(Party::simulated_user)
        .with_hint("try another model, or a clearer description");
  }

  void rolled_back(std::size_t) override { reversal_.forget(); }
  Brief brief() const override { return brief_; }
  std::optional<Party> awaited() const override { return model_.waiting() ? std::optional(Party::provider) : std::nullopt; }

 private:
  // Of a prompt of somebody else's nobody knows which part is instruction and which may be said.
  static Brief brief_for(const UserSimulatorOptions& options, const std::string& description) {
    if (!options.system_prompt.empty()) return {.situation = options.system_prompt};
    return {.rules = rules, .situation = situation(description, options.persona)};
  }

  ModelCaller model_;
  Brief brief_;
  Message system_;
  RoleReversal reversal_;
};

}  // namespace

ParticipantSpec user_simulator(UserSimulatorOptions options) {
  const auto settings = options.model;
  auto spec = ParticipantSpec(
      "simulated user", [options = std::move(options)](const ParticipantContext& context) { return std::make_unique<UserSimulator>(options, context); }, false);
  return on_model(std::move(spec), settings);
}

}  // namespace antiphon
