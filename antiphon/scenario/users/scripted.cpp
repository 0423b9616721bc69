#include "antiphon/scenario/users/users.hpp"

namespace antiphon {

namespace {

class ScriptedUser final : public Participant {
 public:
  explicit ScriptedUser(std::shared_ptr<const std::vector<std::string>> lines) : lines_(std::move(lines)) {}

  Task<AgentReply> call(AgentInput) override {
    if (next_ >= lines_->size()) co_return AgentReply().concluding();
    AgentReply reply((*lines_)[next_++]);
    if (next_ == lines_->size()) co_return std::move(reply).concluding();
    co_return reply;
  }

  json::object report(const History&) const override {
    json::array unsaid;
    for (std::size_t i = next_; i < lines_->size(); ++i) unsaid.emplace_back((*lines_)[i]);
    return unsaid.empty() ? json::object{} : json::object{{"unsaid", std::move(unsaid)}};
  }

 private:
  std::shared_ptr<const std::vector<std::string>> lines_;
  std::size_t next_ = 0;
};

}  // namespace

ParticipantSpec scripted_user(std::vector<std::string> lines) {
  auto shared = std::make_shared<const std::vector<std::string>>(std::move(lines));
  return ParticipantSpec("lines", [shared](const ParticipantContext&) { return std::make_unique<ScriptedUser>(shared); }, true).playing_to_its_end();
}

}  // namespace antiphon
