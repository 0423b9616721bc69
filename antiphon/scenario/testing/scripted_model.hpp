#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "antiphon/base/error.hpp"
#include "antiphon/providers/llm/registry.hpp"

namespace antiphon::testing_support {

/// Answers that tests dictate, and what was asked. For tests alone.
struct ModelScript {
  std::deque<Message> answers;
  std::vector<ChatRequest> asked;
  Duration latency{0};
};

class ScriptedModel final : public LanguageModel {
 public:
  ScriptedModel(std::shared_ptr<ModelScript> script, Clock& clock, std::string name = "test/model")
      : script_(std::move(script)), clock_(clock), name_(std::move(name)) {}

  Task<ChatResponse> complete(ChatRequest request, Deadline) override {
    script_->asked.push_back(std::move(request));
    if (script_->latency > Duration::zero()) co_await clock_.sleep_for(script_->latency);
    if (script_->answers.empty()) throw Error(ErrorKind::unavailable, "the test dictates no further answer").with_party(Party::provider);
    auto answer = std::move(script_->answers.front());
    script_->answers.pop_front();
    co_return ChatResponse{.message = std::move(answer), .finish_reason = "stop", .usage = {.input_tokens = 10, .output_tokens = 2}};
  }
  Task<std::unique_ptr<ChatStream>> stream(ChatRequest, Deadline) override { throw Error(ErrorKind::unsupported, "not streamed in tests"); }
  const std::string& name() const override { return name_; }

 private:
  std::shared_ptr<ModelScript> script_;
  Clock& clock_;
  std::string name_;
};

/// A registry whose provider `test` follows the script, in virtual time.
inline std::shared_ptr<const ModelRegistry> registry_with(std::shared_ptr<ModelScript> script) {
  auto registry = std::make_shared<ModelRegistry>();
  registry->add("test",
                {.make = [script](const ModelSettings& settings,
                                  const ModelContext& context) { return std::make_unique<ScriptedModel>(script, context.runtime.clock, settings.model); },
                 .waits_on_clock_alone = true,
                 .check = [](const ModelSettings&) {},
                 .price = {}});
  return registry;
}

inline Message calls(std::string name, std::string arguments = "{}") {
  return Message::assistant_calls("", {{"call_1", std::move(name), std::move(arguments)}});
}

}  // namespace antiphon::testing_support
