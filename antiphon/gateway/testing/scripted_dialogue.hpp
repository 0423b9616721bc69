#pragma once

#include "antiphon/gateway/dialogue/dialogue.hpp"

namespace antiphon::gateway::testing {

/// Says one sentence to everything. For tests alone.
class ShortDialogue final : public Dialogue {
 public:
  std::string greeting(const SessionState&) override { return "Hello, how can I help?"; }
  Task<AfterAnswer> answer(SessionState&, const AnswerSink& sink) override {
    sink.say("Your parcel left our house on Monday morning.");
    co_return AfterAnswer::go_on;
  }
  std::string apology(const SessionState&) override { return "I am sorry."; }
  std::string reprompt(const SessionState&, int) override { return "Are you still there?"; }
  std::string goodbye(const SessionState&, AfterAnswer) override { return "Goodbye."; }
};

}  // namespace antiphon::gateway::testing
