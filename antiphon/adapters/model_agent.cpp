#include "antiphon/adapters/agents.hpp"
#include "antiphon/adapters/tool_loop.hpp"
#include "antiphon/agent/open_model.hpp"

namespace antiphon {

namespace {

ToolSet offered(const json::object& canned) {
  std::vector<Tool> tools;
  for (const auto& [name, value] : canned) {
    Tool tool{.name = std::string(name), .description = find_string(value, "description").value_or("")};
    if (const auto* parameters = find(value, "parameters")) tool.parameters = *parameters;
    tools.push_back(std::move(tool));
  }
  return ToolSet(std::move(tools));
}

class ModelAgent final : public Participant, private ChatAsker {
 public:
  ModelAgent(const ModelAgentOptions& options, const ParticipantContext& context)
      : model_(open_model(options.model, context)),
        thread_id_(context.thread_id),
        canned_(context.tools),
        tools_(offered(*context.tools)),
        spans_(context.spans) {
    if (!options.system.empty()) preamble_.push_back(Message::system(options.system));
  }

  Task<AgentReply> call(AgentInput input) override {
    turn_ = input.turn;
    co_await agent_turn(*this, input.messages, canned_, input.deadline, said_);
    co_return AgentReply(std::exchange(said_, {}));
  }
  std::vector<Message> take_partial() override { return std::exchange(said_, {}); }
  std::optional<Party> awaited() const override { return model_.waiting() ? std::optional(Party::provider) : std::nullopt; }

 private:
  const trace::Scope* spans() const override { return spans_.get(); }

  Task<ChatResponse> ask(const History& messages, Deadline deadline) override {
    ChatRequest request{.preamble = preamble_, .messages = messages, .tools = tools_, .tags = {thread_id_, "agent", turn_}};
    return model_.ask(std::move(request), deadline);
  }

  ModelCaller model_;
  std::string thread_id_;
  std::shared_ptr<const json::object> canned_;
  ToolSet tools_;
  std::shared_ptr<const trace::Scope> spans_;
  std::vector<Message> preamble_;
  std::vector<Message> said_;  // in the turn under way
  int turn_ = 1;
};

}  // namespace

ParticipantSpec model_agent(ModelAgentOptions options) {
  const auto settings = options.model;
  return ParticipantSpec(
             "model", [options = std::move(options)](const ParticipantContext& context) { return std::make_unique<ModelAgent>(options, context); }, false)
      .with_clock_rule([settings](const ModelRegistry& models, const ModelSettings&) { return models.waits_on_clock_alone(settings); })
      .with_check([settings](const ModelRegistry& models, const ModelSettings&) { models.check(settings); })
      .with_price_rule([settings](const ModelRegistry& models, const ModelSettings&) { return models.price(settings).has_value(); });
}

}  // namespace antiphon
