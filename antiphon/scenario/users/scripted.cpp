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

  // What was said and taken back was said all the same.
  void rolled_back(std::size_t size) override { kept_ = size, said_before_ = next_; }

  // Lines may have found nobody on the line any more.
  json::object report(const History& messages) const override {
    json::array unsaid;
    auto line = said_before_;
    const auto leave_out_until = [&](std::size_t end) {
      for (; line < end; ++line) unsaid.emplace_back((*lines_)[line].text());
    };
    for (auto i = std::min(kept_, messages.size()); i < messages.size(); ++i) {
      if (messages[i].role() != MessageRole::user) continue;
      auto found = line;
      while (found < next_ && (*lines_)[found].text() != messages[i].text()) ++found;
      if (found == next_) continue;
      leave_out_until(found);
      ++line;
    }
    leave_out_until(lines_->size());
    return unsaid.empty() ? json::object{} : json::object{{"unsaid", std::move(unsaid)}};
  }

 private:
  std::shared_ptr<const std::vector<Message>> lines_;
  std::size_t next_ = 0;
  std::size_t said_before_ = 0, kept_ = 0;  // how many lines, and how long history was, when it was cut back last
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
