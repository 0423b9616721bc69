#include <algorithm>

#include "antiphon/scenario/users/recording.hpp"
#include "antiphon/scenario/users/users.hpp"

namespace antiphon {

namespace {

class ScriptedUser final : public Participant {
 public:
  explicit ScriptedUser(std::shared_ptr<const std::vector<Message>> lines) : lines_(std::move(lines)) {}

  Task<AgentReply> call(AgentInput) override {
    if (next_ >= lines_->size()) co_return AgentReply().concluding();
    AgentReply reply((*lines_)[next_++]);
    if (next_ == lines_->size()) co_return std::move(reply).concluding();
    co_return reply;
  }

  Brief brief() const override { return {.fixed_words = true}; }

  // The last one may have found nobody on the line any more.
  json::object report(const History& messages) const override {
    const auto is_last = [&](const Message& message) { return message.role() == MessageRole::user && message.text() == (*lines_)[next_ - 1].text(); };
    const auto said = next_ > 0 && std::ranges::none_of(messages, is_last) ? next_ - 1 : next_;
    json::array unsaid;
    for (auto i = said; i < lines_->size(); ++i) unsaid.emplace_back((*lines_)[i].text());
    return unsaid.empty() ? json::object{} : json::object{{"unsaid", std::move(unsaid)}};
  }

 private:
  std::shared_ptr<const std::vector<Message>> lines_;
  std::size_t next_ = 0;
};

ParticipantSpec speaker_of(std::string name, std::vector<Message> messages) {
  auto shared = std::make_shared<const std::vector<Message>>(std::move(messages));
  return ParticipantSpec(std::move(name), [shared](const ParticipantContext&) { return std::make_unique<ScriptedUser>(shared); }, true).playing_to_its_end();
}

}  // namespace

ParticipantSpec scripted_user(std::vector<std::string> lines) {
  std::vector<Message> messages;
  messages.reserve(lines.size());
  for (const auto& line : lines) messages.push_back(Message::user(line));
  return speaker_of("lines", std::move(messages));
}

ParticipantSpec replay_user(std::vector<Message> messages) { return speaker_of("replay", std::move(messages)); }

ParticipantSpec replay_user(const std::string& file, const std::string& scenario) { return replay_user(read_recording(file, scenario)); }

}  // namespace antiphon
