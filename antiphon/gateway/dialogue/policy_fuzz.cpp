#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "antiphon/base/document.hpp"
#include "antiphon/gateway/dialogue/policy.hpp"
#include "antiphon/gateway/dialogue/policy_book.hpp"
#include "antiphon/gateway/hearing/completeness.hpp"

// Any bytes as a policy file, and as what a caller says under the built-in one: rules or a list of mistakes, and one decision whose reason is none of the
// caller's words.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace antiphon::gateway;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const auto book = parse_policy(text, "policy.yaml");
    PolicyEngine(book->find("en-US").rules).decide("let me speak to a human about my order", {});
  } catch (const antiphon::Problems& problems) {
    if (problems.list().empty()) __builtin_trap();
  }
  for (const auto* locale : {"en-US", "ar-SA", "fr-FR"}) {
    const auto rules = built_in_policy()->find(locale).rules;
    const auto decision = PolicyEngine(rules).decide(text, {});
    if (decision.reason.size() > 40) __builtin_trap();
    if (decision.action == PolicyDecision::Action::escalate && !decision.escalation) __builtin_trap();
    sounds_open(text, *rules);
  }
  return 0;
}
