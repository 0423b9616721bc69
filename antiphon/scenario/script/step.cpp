#include "antiphon/scenario/script/step.hpp"

namespace antiphon {

Step user() { return Step(Step::Speak{.role = Role::user}); }
Step user(std::string text) { return Step(Step::Speak{.role = Role::user, .text = std::move(text)}); }
Step user(Message message) { return Step(Step::Speak{.role = Role::user, .message = std::move(message)}); }
Step agent() { return Step(Step::Speak{.role = Role::agent}); }
Step agent(AgentStepOptions options) { return Step(Step::Speak{.role = Role::agent, .wait = options.wait}); }
Step agent(std::string text) { return Step(Step::Speak{.role = Role::agent, .text = std::move(text)}); }
Step agent(Message message) { return Step(Step::Speak{.role = Role::agent, .message = std::move(message)}); }
Step message(Message message) { return Step(Step::Inject{std::move(message)}); }
Step judge() { return Step(Step::Judge{}); }
Step checkpoint(std::vector<std::string> criteria) { return Step(Step::Judge{std::move(criteria)}); }
Step proceed(std::optional<int> turns, std::function<void(RunState&)> on_turn, std::function<void(RunState&)> on_step) {
  return Step(Step::Proceed{turns, std::move(on_turn), std::move(on_step)});
}
Step succeed(std::string reason) { return Step(Step::End{true, std::move(reason)}); }
Step fail(std::string reason) { return Step(Step::End{false, std::move(reason)}); }
Step check(Check check) {
  const int line = check.line;
  Step step(Step::Assert{std::move(check)});
  step.line = line;
  return step;
}
Step sleep(Duration duration) { return Step(Step::Sleep{duration}); }

}  // namespace antiphon
