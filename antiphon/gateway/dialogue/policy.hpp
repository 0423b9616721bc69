#pragma once

#include <memory>
#include <string_view>

#include "antiphon/gateway/language/locale_rules.hpp"
#include "antiphon/gateway/session_state.hpp"

namespace antiphon::gateway {

struct PolicyOptions {
  int failures = 3;            ///< in a row, after which a call goes to a person; MAX_CONSECUTIVE_FAILURES
  bool authentication = true;  ///< false: nothing needs a PIN
};

/// Decides over a turn before any model sees it (GTW-31): unsafe content, then the wish for a person, then failures, then authentication, then go on.
///
/// The reason of a decision names the rule ("human_requested en-US 3": its third phrase), never what the caller said; with `human_requested`, `failures`
/// and so on in front. Confidence is 1; 0.8 where a phrase was found with words in between or in another spelling.
class PolicyEngine {
 public:
  /// @param rules of the call's locale.
  explicit PolicyEngine(std::shared_ptr<const LocaleRules> rules, PolicyOptions options = {}) : rules_(std::move(rules)), options_(options) {}

  /// @param text one whole turn, after `take_pin`. Pure.
  PolicyDecision decide(std::string_view text, const SessionState& session) const;

 private:
  std::shared_ptr<const LocaleRules> rules_;
  PolicyOptions options_;
};

}  // namespace antiphon::gateway
