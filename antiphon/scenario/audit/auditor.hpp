#pragma once

#include <optional>
#include <string>

#include "antiphon/agent/open_model.hpp"
#include "antiphon/scenario/ledger/case.hpp"

namespace antiphon::audit {

/// Whether the rules left room for somebody who reads the run: it did not pass, and what they say is not certain.
bool is_due(const ScenarioResult& result);

/// What an audit came to: an attribution, or in words why that of the rules stands.
struct Audit {
  std::optional<Fault> fault{};
  std::string notice{};
};

/// A language model that reads a finished run and says whose fault it was that it did not pass: one call, answered through one forced tool; a
/// malformed answer is shown its mistake and asked for once more. An answer that rests on what does not exist is void, one that is unsure
/// overrules nobody. It can neither let a run pass nor make it an error (SCN-100).
class Auditor {
 public:
  /// @throws Error configuration (SCN-43).
  Auditor(const ModelSettings& settings, const ParticipantContext& context);

  /// @param run and `messages`, which are its messages. @param by_rules what the rules said of it.
  /// @throws Error of the model: its provider's, a budget that is used up, an answer malformed twice (protocol).
  Task<Audit> audit(ledger::Case run, History messages, Fault by_rules, Deadline deadline);

 private:
  ChatRequest request_for(const ledger::Case& run, const History& messages, const Fault& by_rules) const;

  ModelCaller model_;
  std::string thread_id_;
};

}  // namespace antiphon::audit
