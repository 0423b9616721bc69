#include "antiphon/providers/llm/rules/builtin.hpp"

namespace antiphon::rules {

std::string_view builtin_text() {
  return R"(# The rules of a model that was given none: the first one that matches answers.
rules:
  # A judge. These rules know nothing of what was agreed, so no criterion is ever met by them.
  - when: {offers_tool: make_verdict, turn: ">= 2"}
    tool_calls: [{name: make_verdict}]
  - when: {offers_tool: continue_test}
    tool_calls: [{name: continue_test}]
  - when: {offers_tool: finish_test}
    criteria: {default: inconclusive}

  # A simulated user.
  - when: {role: user, last: "(?i)order number"}
    reply: "It is {{env.ORDER|A-1007}}."
    latency: {p50: 120ms, p95: 300ms}
  - when: {role: user}
    reply: ["Could you help me, please?", "I am not sure I follow. What happens next?", "All right. And then?"]
    latency: {p50: 120ms, p95: 300ms}

  # Anybody else. A tool that the request forces is called, filled by its schema; otherwise one of the replies is said.
  - tool_calls: forced
    reply: ["Let me look into that for you.", "Thank you, I have noted it.", "Is there anything else that I should know?"]
    latency: {p50: 120ms, p95: 300ms}
)";
}

std::shared_ptr<const RulesFile> builtin() {
  static const auto rules = parse_rules(builtin_text(), "(built-in rules)");
  return rules;
}

}  // namespace antiphon::rules
