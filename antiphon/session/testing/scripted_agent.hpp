#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "antiphon/session/session_host.hpp"

namespace antiphon::session::testing {

/// An agent for tests that does what a table says, by the text it is told; nothing for any other text.
class ScriptedAgent : public HostedAgent {
 public:
  using Action = std::function<Task<>(AgentTurn&)>;

  AgentInfo info() const override { return {.id = id, .instructions = "be kind", .tools = {"lookup"}}; }
  Task<> greet(AgentTurn& turn) override {
    if (on_greet) co_await on_greet(turn);
  }
  Task<> answer(std::string text, AgentTurn& turn) override {
    heard.push_back(text);
    const auto action = actions.find(text);
    if (action != actions.end()) co_await action->second(turn);
  }
  void io_changed(const SessionIo& io) override { changes.push_back(io); }
  void hear(const SessionAudio& audio) override { audio_heard += audio.samples.size(); }
  Task<> fall_silent() override {
    if (on_silence) co_await on_silence();
  }
  std::vector<ModelUsage> usage() const override { return used; }
  std::map<std::string, std::string> options() const override { return {{"max_tool_steps", "3"}}; }

  void says(const std::string& text, std::string reply) {
    actions[text] = [reply](AgentTurn& turn) { return turn.say(reply); };
  }

  std::string id = "desk";
  std::map<std::string, Action> actions{};
  Action on_greet{};
  std::function<Task<>()> on_silence{};
  std::vector<std::string> heard{};
  std::vector<SessionIo> changes{};
  std::size_t audio_heard = 0;
  std::vector<ModelUsage> used{};
};

}  // namespace antiphon::session::testing
